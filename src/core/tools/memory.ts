/**
 * The memory tool of Claude, as its models were trained for it: six commands on files below `/memories`.
 * Source: https://platform.claude.com/docs/en/agents-and-tools/tool-use/memory-tool and the types of the installed SDK.
 */
import { z } from 'zod';
import { invalidInput } from '../errors.ts';
import type { ModelNotes } from '../ports.ts';
import { type Tool, toolOf } from './tool.ts';

const input = z.strictObject({
  command: z.enum(['view', 'create', 'str_replace', 'insert', 'delete', 'rename']),
  path: z.string().max(500).optional(),
  view_range: z.array(z.number().int()).length(2).optional(),
  file_text: z.string().optional(),
  old_str: z.string().optional(),
  new_str: z.string().optional(),
  insert_line: z.number().int().min(0).optional(),
  insert_text: z.string().optional(),
  old_path: z.string().max(500).optional(),
  new_path: z.string().max(500).optional(),
});
type Input = z.infer<typeof input>;

export function memory(notes: ModelNotes): Tool {
  return toolOf({
    name: 'memory',
    native: 'memory',
    description: 'Keeps notes in files below /memories that last beyond this session.',
    input,
    run: (command) => run(notes, command),
  });
}

async function run(notes: ModelNotes, command: Input): Promise<string> {
  switch (command.command) {
    case 'view':
      return view(notes, needed(command, 'path'), command.view_range);
    case 'create': {
      const path = needed(command, 'path');
      await notes.write(inside(path), needed(command, 'file_text'));
      return `${path} was written.`;
    }
    case 'str_replace': {
      const path = needed(command, 'path');
      const text = await read(notes, path);
      const old = needed(command, 'old_str');
      const count = old === '' ? 0 : text.split(old).length - 1;
      if (count !== 1)
        throw invalidInput(
          'old_str',
          `a text that stands there ${count} times`,
          'one that stands there once',
        );
      await notes.write(
        inside(path),
        text.replace(old, () => needed(command, 'new_str')),
      );
      return `${path} was changed.`;
    }
    case 'insert': {
      const path = needed(command, 'path');
      const lines = (await read(notes, path)).split('\n');
      const at = needed(command, 'insert_line');
      if (at > lines.length) throw invalidInput('insert_line', String(at), `0 to ${lines.length}`);
      lines.splice(at, 0, needed(command, 'insert_text').replace(/\n$/, ''));
      await notes.write(inside(path), lines.join('\n'));
      return `${path} was changed.`;
    }
    case 'delete': {
      const path = needed(command, 'path');
      if (inside(path) === '') throw invalidInput('path', path, 'a file or folder below /memories');
      if (!(await notes.remove(inside(path)))) throw missing(path);
      return `${path} was deleted.`;
    }
    case 'rename': {
      const [from, to] = [needed(command, 'old_path'), needed(command, 'new_path')];
      if (inside(from) === '' || inside(to) === '')
        throw invalidInput('old_path', from, 'a file or folder below /memories');
      await notes.rename(inside(from), inside(to));
      return `${from} is ${to} now.`;
    }
    default:
      return command.command satisfies never;
  }
}

async function view(notes: ModelNotes, path: string, range: number[] | undefined): Promise<string> {
  const text = inside(path) === '' ? undefined : await notes.read(inside(path));
  if (text === undefined) {
    const files = (await notes.list(inside(path))) ?? (inside(path) === '' ? [] : undefined);
    if (!files) throw missing(path);
    return [`${path}:`, ...files.map((file) => `${file.bytes} bytes\t/memories/${file.path}`)].join('\n');
  }
  const [first = 1, last = -1] = range ?? [];
  const lines = text.split('\n').map((line, index) => `${String(index + 1).padStart(6)}\t${line}`);
  return lines.slice(Math.max(0, first - 1), last < 0 ? undefined : last).join('\n');
}

async function read(notes: ModelNotes, path: string): Promise<string> {
  const text = await notes.read(inside(path));
  if (text === undefined) throw missing(path);
  return text;
}

/** A path of the model as one of the port. */
function inside(path: string): string {
  const relative = /^\/memories(?:\/(.*?)\/?)?$/.exec(path);
  if (!relative) throw invalidInput('path', JSON.stringify(path), 'a path below /memories');
  return relative[1] ?? '';
}

function needed<K extends keyof Input>(command: Input, name: K): NonNullable<Input[K]> {
  const value = command[name];
  if (value === undefined || value === null)
    throw invalidInput(name, 'nothing', `it, for ${command.command}`);
  return value;
}

const missing = (path: string) => invalidInput('path', JSON.stringify(path), 'a file that is there');
