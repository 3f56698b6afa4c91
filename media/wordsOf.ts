import { z } from 'zod';

/** A page may carry a translation as JSON in an element with the id `l10n`. */
function translations(): Record<string, string> {
  if (typeof document === 'undefined') return {};
  const text = document.getElementById('l10n')?.textContent;
  if (!text) return {};
  return z.record(z.string(), z.string()).safeParse(JSON.parse(text)).data ?? {};
}

/** Gives the words for a key, translated where they can be; `{0}` and `{1}` are replaced by the arguments. */
export function wordsOf<W extends Readonly<Record<string, string>>>(english: W) {
  const translated = translations();
  return (key: keyof W & string, ...args: (string | number)[]): string => {
    const words = translated[key] ?? english[key] ?? key;
    return words.replace(/\{(\d)\}/g, (_, index: string) => String(args[Number(index)] ?? ''));
  };
}
