import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { invalidInput } from '../../core/errors.ts';
import { named } from '../parse.ts';
import { type Action, command } from './action.ts';
import { findSession } from './find.ts';

export const exportSession: Action = (args) => {
  const [wanted = ''] = named(args, ['ID'], `${command} export`);
  return async ({ assistant, terminal }) => {
    const { id } = await findSession(assistant.sessions, wanted);
    await terminal.writeExact(await assistant.sessions.exportSession(id));
  };
};

export const importSession: Action = (args) => {
  const [file = ''] = named(args, ['FILE'], `${command} import`);
  return async ({ assistant, terminal, cwd }) => {
    const jsonl = file === '-' ? await text(terminal.stdin) : await readText(resolve(cwd, file));
    const { id, title } = await assistant.sessions.importSession(jsonl);
    await terminal.write(`${id}\n`);
    terminal.note(`Imported: ${title}`);
  };
};

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    throw invalidInput('FILE', `${file}${why}`, 'a file that can be read');
  }
}
