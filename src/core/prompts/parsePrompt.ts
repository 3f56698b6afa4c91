/** From the text of a file to a prompt. */
import { z } from 'zod';
import { promptInvalid } from '../errors.ts';
import { splitFrontMatter } from '../frontMatter.ts';
import { issueWords, shownValue } from '../issueWords.ts';
import type { PromptFile } from '../ports.ts';
import { placeholder } from './fillPrompt.ts';
import { frontMatter, type Prompt, promptName } from './template.ts';

/** As long as an instruction may be; what is longer is material, and belongs into a variable. */
const longestText = 100_000;

/** Prompt files of other assistants have fields of their own; what is the same there is read, the rest is not ours. */
const foreign = z.object({
  description: z.string().trim().min(1).max(200).optional(),
  name: z.string().optional(),
});
/** A variable as VS Code's prompt files have it: `${input:topic}` or `${input:topic:What about?}`. */
const foreignVariable = /\$\{input:([A-Za-z_][A-Za-z0-9_]*)(?::([^}]*))?\}/g;

/** Throws `prompt_invalid`, whose words name the file, the field, the value, and what would be right. */
export async function parsePrompt(file: PromptFile): Promise<Prompt> {
  const invalid = (field: string, got: string, expected: string) =>
    promptInvalid(`${file.name}.prompt.md`, file.place, field, got, expected);
  const { value, body } = await splitFrontMatter(file.text, invalid, file.place === 'github');
  const prompt = file.place === 'github' ? ofForeign(file, value, body) : ofOwn(file, value, body, invalid);
  if (prompt.text === '') throw invalid('the text below', 'nothing', 'what is to be asked');
  if (prompt.text.length > longestText)
    throw invalid('the text below', `${prompt.text.length} characters`, `at most ${longestText}`);
  for (const [, name = ''] of prompt.text.matchAll(placeholder))
    if (!(name in prompt.variables))
      throw invalid('the text below', `{{${name}}}`, `a variable that is named above`);
  return prompt;
}

type Invalid = (field: string, got: string, expected: string) => Error;

function ofOwn(file: PromptFile, value: unknown, body: string, invalid: Invalid): Prompt {
  const parsed = frontMatter.safeParse(value);
  if (!parsed.success) {
    const { field, got, expected } = issueWords(parsed.error, value, 'the front matter');
    const known = Object.keys(frontMatter.shape).join(', ');
    throw invalid(field, got, expected === 'only known fields' ? `one of ${known}` : expected);
  }
  const name = parsed.data.name ?? file.name;
  const named = promptName.safeParse(name);
  if (!named.success) throw invalid('name', shownValue(name), issueWords(named.error, name, 'name').expected);
  if (parsed.data.sunset !== undefined && parsed.data.status !== 'deprecated')
    throw invalid('sunset', parsed.data.sunset, 'a prompt whose status is deprecated');
  if (parsed.data.output !== undefined && !isSchema(parsed.data.output))
    throw invalid('output', shownValue(parsed.data.output), 'a JSON Schema');
  return { ...parsed.data, name, source: file.place === 'user' ? 'user' : 'workspace', text: body.trim() };
}

function isSchema(output: Record<string, unknown>): boolean {
  try {
    z.fromJSONSchema(output);
    return true;
  } catch {
    // What it cannot be made of cannot be checked either.
    return false;
  }
}

function ofForeign(file: PromptFile, value: unknown, body: string): Prompt {
  const read = foreign.safeParse(value).data ?? {};
  const variables: Prompt['variables'] = {};
  const text = body.trim().replace(foreignVariable, (_, name: string, words = '') => {
    variables[name] = { type: 'string', ...(words === '' ? {} : { description: words.slice(0, 300) }) };
    return `{{${name}}}`;
  });
  const name = (read.name ?? file.name)
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, '-')
    .replace(/^[-_]+|-+$/g, '')
    .slice(0, 60);
  return {
    name: name === '' ? 'prompt' : name,
    description: read.description ?? `${file.name}.prompt.md of this workspace`,
    version: 1,
    status: 'published',
    variables,
    source: 'workspace',
    // Braces that mean something elsewhere mean nothing here.
    text: text.replace(placeholder, (whole, one: string) => (one in variables ? whole : `{ {${one}} }`)),
  };
}
