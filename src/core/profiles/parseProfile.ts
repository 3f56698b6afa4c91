/** From the text of a file to a profile. */
import { profileInvalid } from '../errors.ts';
import { splitFrontMatter } from '../frontMatter.ts';
import { issueWords, shownValue } from '../issueWords.ts';
import type { ProfileFile } from '../ports.ts';
import { frontMatter, longestPrompt, type Profile } from './profile.ts';

/** Throws `profile_invalid`, whose words name the file, the field, the value, and what would be right. */
export async function parseProfile(file: ProfileFile): Promise<Profile> {
  const invalid = (field: string, got: string, expected: string) =>
    profileInvalid(`${file.name}.md`, file.source, field, got, expected);
  const { value, body } = await splitFrontMatter(file.text, invalid);
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
