/** Questions that a workspace's own files can answer. Pure. */

const source = /\.(?:tsx?|jsx?|py|go|rs|java|kt|cs|rb|php|swift|cpp|c)$/;
const test = /(?:^|\/)tests?\/|[._-](?:test|spec)\.|_test\./;
/** Files of these names say little about what they do. */
const plain = /^(?:index|main|mod|types?|utils?|helpers?|constants?|__init__|config)\./i;

const nameOf = (path: string): string => path.split('/').at(-1) ?? path;

/** At most three; `active` is the path of the file in the active editor. */
export function questionsAbout(paths: readonly string[], active: string | undefined): string[] {
  const sources = paths.filter((path) => source.test(path) && !test.test(path) && !plain.test(nameOf(path)));
  const tests = paths.filter((path) => test.test(path) && source.test(path));
  const first = active !== undefined && source.test(active) ? active : sources[0];
  const second = sources.find((path) => path !== first);
  const questions: string[] = [];
  if (paths.some((path) => /^readme\.md$/i.test(nameOf(path)))) questions.push('What is this project for?');
  if (first !== undefined) questions.push(`What does ${nameOf(first)} do?`);
  if (tests[0] !== undefined) questions.push(`What does ${nameOf(tests[0])} test?`);
  if (second !== undefined) questions.push(`How is ${nameOf(second)} used?`);
  return questions.slice(0, 3);
}
