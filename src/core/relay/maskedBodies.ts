/** What was said in a call, as it may be stored. */
import { type CallBodies, longestBody, longestSaid, type Said, type SaidBodies } from '../relay.ts';

/** JSON within a text of JSON, as in the arguments of a tool, and once more for a file written by it. */
const deepest = 4;

/**
 * Secrets are looked for in what the texts mean: behind a line break that is written as an escape, a token does not
 * begin a word. What is stored is that too. Throws what `mask` throws.
 */
export async function maskedBodies(
  { request, answer }: SaidBodies,
  mask: (texts: readonly string[]) => Promise<string[]>,
): Promise<CallBodies | undefined> {
  let texts = [request.text, answer.text];
  for (let depth = 0; depth < deepest; depth++) {
    const meant = texts.map(unescaped);
    if (depth > 0 && meant.every((text, index) => text === texts[index])) break;
    texts = await mask(meant);
  }
  const [asked, said] = texts;
  if (asked === undefined || said === undefined) return undefined;
  return { request: cut(asked, request), answer: cut(said, answer) };
}

const kept = longestBody / longestSaid;

/**
 * What was collected ends anywhere, maybe in a secret that nobody could recognise. Since escapes are shorter now, what
 * goes is a share of the text: of the longest escapes it is still longer than any key.
 */
function cut(text: string, { more }: Said): string {
  const length = more ? Math.floor(text.length * kept) : text.length;
  return more || length > longestBody ? `${text.slice(0, Math.min(length, longestBody))}…` : text;
}

const escapes = /\\(?:u([\da-f]{4})|([nrtbf"\\/]))/gi;
const meanings: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };

const unescaped = (text: string): string =>
  text.replace(escapes, (_, code: string | undefined, sign = '') =>
    code === undefined ? (meanings[sign] ?? sign) : String.fromCharCode(Number.parseInt(code, 16)),
  );
