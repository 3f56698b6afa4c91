/** Marks the secrets in what was or would be sent. */
import type { SecretMark } from '../../protocol/contextView.ts';
import type { SecretScanner } from '../ports.ts';

/** `texts` are those of the segments, in their order. */
export async function secretMarks(scanner: SecretScanner, texts: readonly string[]): Promise<SecretMark[]> {
  const found = await scanner.scan(texts);
  return found.flatMap((secrets, segment) => secrets.map((secret) => ({ segment, ...secret })));
}
