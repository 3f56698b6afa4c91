/** Reads YAML. Apart from the rest, so that the reader is loaded with the first profile or prompt: most people have none. */
import { parseDocument } from 'yaml';

export type YamlResult = { value: unknown } | { line: number; problem: string };

/** Of the plain schema: no dates and no binary. Lines count from 1. Never throws. */
export function readYaml(text: string): YamlResult {
  const document = parseDocument(text, { schema: 'core', prettyErrors: false });
  const [problem] = document.errors;
  if (problem) return { line: text.slice(0, problem.pos[0]).split('\n').length, problem: problem.message };
  try {
    // Nobody needs aliases for ten fields, and a few lines of them can stand for gigabytes.
    return { value: document.toJS({ maxAliasCount: 0 }) };
  } catch {
    return { line: 1, problem: 'an alias (*name), which is not read' };
  }
}
