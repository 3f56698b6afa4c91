/** What speaks for a chunk beside its words. Pure. */
import type { OpenFile } from '../ports.ts';
import type { Chunk } from './chunks.ts';
import type { FileKind } from './fileRules.ts';
import { baseName, headsIn } from './parts/tables.ts';
import type { Boost } from './ranking.ts';
import { terms } from './terms.ts';

/** What of an open file matters for ranking; `key` is its file's key in the index. */
export type Editor = Pick<OpenFile, 'uri' | 'path' | 'active' | 'visible' | 'selection'> & { key: string };

/** People ask about what they look at: an open file is likelier than another, more so in front, most so when selected. */
const openBoost = 1.25;
const activeBoost = 1.5;
const selectionBoost = 2;
/** A question that names a file is about that file. */
const namedBoost = 3;
/** Tests, documents and settings repeat the words of the code they are about; half weight leaves the code in front. */
const secondaryWeight = 0.5;

const asksForTests = new Set(terms('test tests testing spec specs flaky fixture assert coverage CI'));
const asksForDocs = new Set(
  terms('doc docs document documentation readme guide manual changelog instructions'),
);
const asksForData = new Set(
  terms('json yaml toml package dependency version script option setting config lint compiler'),
);
/** Who asks how to do a thing is answered by a document as well as by code. */
const practical =
  /^\W*(?:how (?:do|can|should|would) (?:i|we|you|one)|how to|(?:can|may|should) (?:i|we))\b/i;

export function boostOf(
  question: string,
  editors: readonly Editor[],
  evenKinds = false,
  evenDocs = false,
): Boost {
  const asked = terms(question);
  const wants: Record<FileKind, boolean> = {
    code: true,
    test: asked.some((term) => asksForTests.has(term)),
    doc: evenDocs || asked.some((term) => asksForDocs.has(term)) || practical.test(question),
    data: asked.some((term) => asksForData.has(term)),
  };
  const lower = question.toLowerCase();
  const byKey = new Map(editors.map((editor) => [editor.key, editor]));
  const heads = new Heads(headsIn(question));
  const weightOf = (kind: FileKind) => (evenKinds || wants[kind] ? 1 : secondaryWeight);
  const weights: Record<FileKind, number> = {
    code: weightOf('code'),
    test: weightOf('test'),
    doc: weightOf('doc'),
    data: weightOf('data'),
  };
  const mostOfEditors = editors.length > 0 ? selectionBoost : 1;
  return {
    of(file, chunk) {
      const named = lower.includes(baseName(file.path).toLowerCase()) ? namedBoost : 1;
      const editor = byKey.get(file.key);
      return weights[file.kind] * named * (editor ? editorBoost(editor, chunk) : 1);
    },
    limit: namedBoost * mostOfEditors,
    most: (kind, head) => weights[kind] * (heads.has(head) ? namedBoost : 1) * mostOfEditors,
  };
}

/** Numbers, most of which are told apart by their last bits: it is asked about every file that has a word of the question. */
class Heads {
  readonly #all: ReadonlySet<number>;
  readonly #ends = new Uint8Array(1024);

  constructor(all: ReadonlySet<number>) {
    this.#all = all;
    for (const head of all) this.#ends[head & 1023] = 1;
  }

  has(head: number): boolean {
    return this.#ends[head & 1023] === 1 && this.#all.has(head);
  }
}

function editorBoost(editor: Editor, chunk: Chunk): number {
  if (!editor.active) return openBoost;
  return editor.selection && overlaps(editor.selection, chunk) ? selectionBoost : activeBoost;
}

export const overlaps = (a: Chunk, z: Chunk) => a.startLine <= z.endLine && z.startLine <= a.endLine;
