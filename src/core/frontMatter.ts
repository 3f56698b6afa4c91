/** Files that begin with YAML between two lines of dashes. */
import { shownValue } from './issueWords.ts';

/** The lines between dashes at the very beginning, then everything else. A byte-order mark may stand before them. */
const parts = /^\uFEFF?---[ \t]*\r?\n(?<front>[\s\S]*?)(?<=\n)---[ \t]*(?:\r?\n(?<body>[\s\S]*))?$/;

type Invalid = (field: string, got: string, expected: string) => Error;

/**
 * The value of the front matter, and what stands below it. Throws what `invalid` makes of the field, the value and
 * what would be right; with `isOptional` a file without front matter is all body.
 */
export async function splitFrontMatter(
  text: string,
  invalid: Invalid,
  isOptional = false,
): Promise<{ value: unknown; body: string }> {
  const { front, body = '' } = parts.exec(text)?.groups ?? {};
  if (front === undefined) {
    if (isOptional) return { value: {}, body: text };
    throw invalid(
      'the beginning',
      shownValue(text.split('\n', 1)[0]),
      'front matter between two lines of ---',
    );
  }
  const { readYaml } = await import('./yaml.ts');
  const read = readYaml(front);
  // The line of dashes is the first one.
  if (!('value' in read)) throw invalid(`line ${read.line + 1}`, read.problem, 'YAML');
  return { value: read.value, body };
}
