/** Lines of a stream of bytes, of which one that is too long is dropped and not held. */

export type InputLine = { kind: 'text'; text: string } | { kind: 'not_text' } | { kind: 'too_long' };

/** Empty lines are left out; the last line needs no line feed. `most` is in bytes. */
export async function* inputLines(
  chunks: AsyncIterable<Uint8Array>,
  most: number,
): AsyncGenerator<InputLine> {
  let held: Uint8Array[] = [];
  let length = 0;
  const take = (piece: Uint8Array): void => {
    length += piece.length;
    if (length <= most) held.push(piece);
    else held = [];
  };
  const finish = (): InputLine | undefined => {
    const line = length > most ? ({ kind: 'too_long' } as const) : lineOf(held);
    held = [];
    length = 0;
    return line;
  };
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = chunk.indexOf(lineFeed); at >= 0; at = chunk.indexOf(lineFeed, from)) {
      take(chunk.subarray(from, at));
      from = at + 1;
      const line = finish();
      if (line) yield line;
    }
    take(chunk.subarray(from));
  }
  const last = finish();
  if (last) yield last;
}

const lineFeed = 0x0a;

function lineOf(pieces: readonly Uint8Array[]): InputLine | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(pieces)).trim();
    return text === '' ? undefined : { kind: 'text', text };
  } catch (error) {
    if (error instanceof TypeError) return { kind: 'not_text' };
    throw error;
  }
}
