/** From the text of a file to a profile. */
import { type CausewayError, profileInvalid } from '../errors.ts';
import { issueWords, shownValue } from '../issueWords.ts';
import type { ProfileFile } from '../ports.ts';
import { frontMatter, longestPrompt, type Profile } from './profile.ts';

/** The lines between dashes at the very beginning, then everything else. A byte-order mark may stand before them. */
const parts = /^\uFEFF?---[ \t]*\r?\n(?<front>[\s\S]*?)(?<=\n)---[ \t]*(?:\r?\n(?<body>[\s\S]*))?$/;

/** Throws `profile_invalid`, whose words name the file, the field, the value, and what would be right. */
export async function parseProfile(file: ProfileFile): Promise<Profile> {
  const { front, body = '' } = parts.exec(file.text)?.groups ?? {};
  const invalid = (field: string, got: string, expected: string) =>
    profileInvalid(`${file.name}.md`, file.source, field, got, expected);
  if (front === undefined)
    throw invalid(
      'the beginning',
      shownValue(file.text.split('\n', 1)[0]),
      'front matter between two lines of ---',
    );
  const value = await parseYaml(front, invalid);
  const parsed = frontMatter.safeParse(value);
  if (!parsed.success) {
    const { field, got, expected } = issueWords(parsed.error, value, 'the front matter');
    const known = Object.keys(frontMatter.shape).join(', ');
    throw invalid(field, got, expected === 'only known fields' ? `one of ${known}` : expected);
  }
  const prompt = body.trim();
  if (prompt.length > longestPrompt)
    throw invalid('the text below', `${prompt.length} characters`, `at most ${longestPrompt}`);
  const name = parsed.data.name ?? file.name;
  const named = frontMatter.shape.name.safeParse(name);
  if (!named.success) throw invalid('name', shownValue(name), issueWords(named.error, name, 'name').expected);
  return { ...parsed.data, name, source: file.source, prompt };
}

type Invalid = (field: string, got: string, expected: string) => CausewayError;

async function parseYaml(front: string, invalid: Invalid): Promise<unknown> {
  const { readYaml } = await import('./yaml.ts');
  const read = readYaml(front);
  if ('value' in read) return read.value;
  // The line of dashes is the first one.
  throw invalid(`line ${read.line + 1}`, read.problem, 'YAML');
}
