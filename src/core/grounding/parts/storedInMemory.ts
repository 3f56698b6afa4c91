/** A part as it would be stored, kept in memory: a third of the room of one that is added to. */
import { ByteBuilder } from './bytes.ts';
import { merge } from './merge.ts';
import type { Part } from './part.ts';
import { PartWriter } from './partWriter.ts';
import { StoredPart } from './storedPart.ts';

export function storedInMemory(part: Part, uriOf: (key: string) => string): StoredPart {
  const built = new ByteBuilder();
  // Memory does not lose what was written, so that nothing is summed up.
  const unchecked = () => 0;
  const steps = merge([part], new PartWriter((bytes) => built.add(bytes), unchecked));
  while (!steps.next().done);
  const bytes = built.bytes.slice();
  const source = {
    size: bytes.length,
    read: (offset: number, length: number) => bytes.subarray(offset, offset + length),
  };
  return new StoredPart(source, unchecked, uriOf);
}
