/** Marks what was masked in a text, and what is not masked and looks like a secret, for people to see. */
import type { SecretMark } from '../../protocol/contextView.ts';
import type { SecretScanner } from '../ports.ts';
import { kindWords } from './kinds.ts';
import { placeholdersIn } from './placeholders.ts';

/** What was masked, by its placeholders. `texts` are those of the segments, in their order. Pure. */
export const maskedMarks = (texts: readonly string[]): SecretMark[] =>
  texts.flatMap((text, segment) =>
    placeholdersIn(text).map(({ kind, start }) => ({
      segment,
      what: kindWords(kind),
      line: lineAt(text, start),
      masked: true,
    })),
  );

/** What would go as it is, as where masking is switched off. Rejects as `scan`. */
export async function unmaskedMarks(scanner: SecretScanner, texts: readonly string[]): Promise<SecretMark[]> {
  const found = await scanner.scan(texts);
  return found.flatMap((secrets, segment) =>
    secrets.map(({ kind, start }) => ({
      segment,
      what: kindWords(kind),
      line: lineAt(texts[segment] ?? '', start),
      masked: false,
    })),
  );
}

/** From 1. */
function lineAt(text: string, place: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < place; at = text.indexOf('\n', at + 1)) line++;
  return line;
}
