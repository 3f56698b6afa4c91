/** What OpenAI's wires and Anthropic's have in common, block by block. Pure; what cannot be said is a `ZodError` with its path. */
import { z } from 'zod';

export type Block = { type: string; [field: string]: unknown };
export interface Said {
  role: 'user' | 'assistant';
  content: Block[];
}
type Path = readonly (string | number)[];

/** The API refuses empty texts, which chats are full of. */
export const textsOf = (all: readonly string[]): Block[] =>
  all.filter((text) => text !== '').map((text) => ({ type: 'text', text }));

export function refuse(path: Path, message: string): never {
  throw new z.ZodError([{ code: 'custom', path: [...path], message }]);
}

/** Of a call of a tool. */
export function argumentsOf(text: string, path: Path): unknown {
  try {
    const value: unknown = JSON.parse(text === '' ? '{}' : text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    // Told below, in words that quote nothing.
  }
  return refuse(path, 'an object as JSON');
}

const dataUrl = /^data:([a-z]+\/[a-z0-9.+-]+);base64,/i;

export function imageOf(url: string, path: Path): Block {
  const type = dataUrl.exec(url);
  if (type?.[1]) {
    const source = { type: 'base64', media_type: type[1].toLowerCase(), data: url.slice(type[0].length) };
    return { type: 'image', source };
  }
  if (/^https?:\/\//i.test(url)) return { type: 'image', source: { type: 'url', url } };
  return refuse(path, 'a data: URL in base64, or an https address');
}

export function documentOf(
  { file_data, filename }: { file_data: string; filename?: string | undefined },
  path: Path,
): Block {
  const type = dataUrl.exec(file_data);
  if (type?.[1]?.toLowerCase() !== 'application/pdf') return refuse(path, 'a PDF as a data: URL in base64');
  return {
    type: 'document',
    source: { type: 'base64', media_type: 'application/pdf', data: file_data.slice(type[0].length) },
    ...(filename === undefined ? {} : { title: filename }),
  };
}
