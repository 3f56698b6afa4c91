/** Puts values where a prompt's text has its variables. Pure. */
import * as errors from '../errors.ts';
import { issueWords } from '../issueWords.ts';
import { inputSchema, type Prompt } from './template.ts';

/** A place for a variable. */
export const placeholder = /\{\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}\}/g;

/** The text to be sent. A value that holds braces is taken as it is. Throws `prompt_input_invalid`. */
export function fillPrompt(prompt: Prompt, values: unknown): string {
  const parsed = inputSchema(prompt).safeParse(values);
  if (!parsed.success) {
    const { field, got, expected } = issueWords(parsed.error, values, 'input');
    const known = Object.keys(prompt.variables).join(', ') || 'no fields';
    throw errors.promptInputInvalid(
      prompt.name,
      field,
      got,
      expected === 'only known fields' ? known : expected,
    );
  }
  return prompt.text.replace(placeholder, (_, name: string) => String(parsed.data[name] ?? ''));
}

/** What was typed behind the name, as the values of a prompt: all of it is the first variable without a default. */
export function typedValues(prompt: Prompt, typed: string): Record<string, unknown> {
  const text = typed.trim();
  if (text === '') return {};
  const entries = Object.entries(prompt.variables);
  const [name, variable] = entries.find(([, one]) => one.default === undefined) ?? entries[0] ?? [];
  if (name === undefined || variable === undefined)
    throw errors.promptInputInvalid(
      prompt.name,
      'input',
      'words behind the name',
      'nothing: it has no variables',
    );
  return { [name]: typedValue(variable.type, text) };
}

/** A typed word as the variable's type has it; what is none stays a text, and its error names it. */
export function typedValue(type: Prompt['variables'][string]['type'], text: string): unknown {
  if (type === 'string') return text;
  if (type === 'boolean')
    return /^(?:true|yes)$/i.test(text) ? true : /^(?:false|no)$/i.test(text) ? false : text;
  const number = Number(text);
  return text.trim() !== '' && Number.isFinite(number) ? number : text;
}
