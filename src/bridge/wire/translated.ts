/** What the readers of translated answers have in common. */
import type { WireWriter } from './wireWriter.ts';

/** Undefined for what is no JSON, which whoever reads it says. */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What a gateway in between says is no JSON; its status is kept.
    return undefined;
  }
}

/** With the id of the request where the SDKs of the client's wire look for it. */
export function withId(
  headers: Record<string, string>,
  { idHeader }: Pick<WireWriter, 'idHeader'>,
): Record<string, string> {
  const id = headers['request-id'] ?? headers['x-request-id'];
  return id === undefined ? headers : { ...headers, [idHeader]: id };
}

/** An answer without the key with which it was asked for: some servers quote it when they refuse it. */
export function withoutKey(bytes: Buffer, key: string | undefined): Buffer {
  if (!key || !bytes.includes(key)) return bytes;
  return Buffer.from(bytes.toString('latin1').replaceAll(key, '[API key]'), 'latin1');
}
