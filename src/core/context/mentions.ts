/** What the user named with `@` in an input: read when it is sent, as passages that the answer can cite. */
import { plainText } from '../../protocol/content.ts';
import type { Attachment, UserEntry } from '../../protocol/entries.ts';
import { entryText } from '../../protocol/entryText.ts';
import { CausewayError, fileMissing } from '../errors.ts';
import { bestParts, type TextPart } from '../grounding/bestParts.ts';
import type { SessionStore } from '../session/store.ts';
import type { WorkspaceFiles } from '../tools/workspace/sources.ts';
import { isNotebookName } from '../workspace/notebook.ts';
import { attachmentText } from './conversation.ts';
import { chosenReason, chosenText, type TurnChoices } from './parts.ts';
import { estimateTokens } from './tokens.ts';
import type { PassagePart } from './workspacePassages.ts';

export interface MentionSources {
  /** Undefined where no folder is open. */
  files: WorkspaceFiles | undefined;
  /** Its entries are masked. */
  store: Pick<SessionStore, 'get' | 'path'>;
}

type Input = Pick<UserEntry, 'content' | 'attachments'> & TurnChoices;

/** Files of one folder that are read: more do not fit into any answer, and the rest is found by searching. */
const mostFiles = 200;
/** Characters of them all. */
const mostCharacters = 1_000_000;
const deepest = 8;
/** Estimates of tokens may be a sixth too low. */
const certain = 0.8;

const whole = 'You mentioned it.';
const partly = 'You mentioned it. These lines of it fit the input best; all of it does not fit.';

/** By this begin the ids of the parts that come of a mention. */
export const mentionId = ({ kind, uri, startLine }: Attachment): string =>
  `mention:${kind}:${uri}#${startLine ?? ''}:`;

interface Text {
  path: string;
  text: string;
  /** Absent for what lies in no file. */
  uri?: string;
  /** Line of the file at which the text begins. */
  from: number;
}

/** `tokens` are shared evenly by all mentions. What cannot be read is named with the reason. */
export async function mentionParts(
  sources: MentionSources,
  input: Input,
  tokens: number,
): Promise<{ parts: PassagePart[]; missing: { label: string; reason: string }[] }> {
  const mentions = (input.attachments ?? []).filter(({ mention }) => mention);
  const question = plainText(input.content);
  const share = Math.floor((tokens * certain) / Math.max(1, mentions.length));
  const parts: PassagePart[] = [];
  const missing: { label: string; reason: string }[] = [];
  for (const mention of mentions) {
    try {
      const found = await partsOf(mention, await textsOf(sources, mention), { question, share, input });
      parts.push(...found.parts);
      if (found.parts.length === 0) missing.push({ label: mention.path, reason: 'There is no text in it.' });
      else if (!found.isWhole)
        missing.push({
          label: `The rest of ${mention.path}`,
          reason: 'You mentioned it, and it does not fit as a whole.',
        });
    } catch (error) {
      if (!(error instanceof CausewayError)) throw error;
      missing.push({ label: mention.path, reason: reasonOf(error) });
    }
  }
  return { parts, missing };
}

/** What is told to a model that asks for a path says how to go on, which whoever mentioned it need not read. */
function reasonOf({ code, message }: CausewayError): string {
  if (code === 'path_refused') return 'It lies outside of the workspace, or a link leads out of it.';
  return code === 'file_missing' ? 'Nothing that can be read is there.' : message;
}

/** The texts a mention stands for. Throws what `WorkspaceFiles` throws. */
async function textsOf({ files, store }: MentionSources, mention: Attachment): Promise<Text[]> {
  const { kind, uri, path, startLine, endLine, text } = mention;
  if (text !== '') return [{ path, text, ...(hasPlace(mention) ? { uri } : {}), from: startLine ?? 1 }];
  switch (kind) {
    case 'file':
    case 'selection':
    case 'symbol': {
      if (!files) throw fileMissing(path);
      const file = await files.read((await files.placeOf(uri)).path);
      if (startLine === undefined) return [textOf(file)];
      const lines = file.text.split('\n').slice(startLine - 1, endLine ?? startLine);
      return [{ ...textOf(file), text: lines.join('\n'), from: startLine }];
    }
    case 'folder':
      if (!files) throw fileMissing(path);
      return filesIn(files, (await files.placeOf(uri)).path);
    case 'session':
      return sessionText(store, uri, path);
    case 'problems':
    case 'diff':
    case 'terminal':
    case 'image':
    case 'pdf':
      return [];
    default:
      return kind satisfies never;
  }
}

/** A file that was read; a notebook by its cells, so that no line of the file is where a citation would say. */
const textOf = ({ uri, path, text }: { uri: string; path: string; text: string }): Text => ({
  path,
  text,
  ...(isNotebookName(path) ? {} : { uri }),
  from: 1,
});

/** What stands in these lines of a file, word for word. */
const hasPlace = ({ kind, path }: Attachment): boolean =>
  // A notebook is read by its cells, whose lines are not those of the file.
  !isNotebookName(path) && (kind === 'file' || kind === 'selection' || kind === 'symbol');

async function filesIn(files: WorkspaceFiles, folder: string): Promise<Text[]> {
  const signal = new AbortController().signal;
  const { paths } = await files.list(folder, { depth: deepest, most: mostFiles, signal });
  const texts: Text[] = [];
  let room = mostCharacters;
  for (const path of paths) {
    if (path.endsWith('/') || room <= 0) continue;
    try {
      const file = await files.read(path);
      room -= file.text.length;
      texts.push(textOf(file));
    } catch (error) {
      // What stays out of a folder is not what was named.
      if (!(error instanceof CausewayError)) throw error;
    }
  }
  return texts;
}

/** By what its address begins; the rest is the session's id. */
export const sessionScheme = 'causeway-session:';

async function sessionText(store: MentionSources['store'], uri: string, path: string): Promise<Text[]> {
  const id = uri.slice(sessionScheme.length);
  const session = await store.get(id);
  if (!session || session.private || session.trashedAt !== undefined) return [];
  const said = (await store.path(id)).flatMap((entry) => {
    if (entry.kind !== 'user' && entry.kind !== 'assistant') return [];
    const text = entryText(entry).trim();
    return text === '' ? [] : [`${entry.kind === 'user' ? '# Asked' : '# Answered'}\n\n${text}`];
  });
  // Cut at its turns, as Markdown is at its headings.
  return [{ path: `${path}.md`, text: said.join('\n\n'), from: 1 }];
}

async function partsOf(
  mention: Attachment,
  texts: readonly Text[],
  { question, share, input }: { question: string; share: number; input: Input },
): Promise<{ parts: PassagePart[]; isWhole: boolean }> {
  const cut = await sharedOut(texts, question, share);
  const isWhole = cut.every((one) => one.isWhole);
  const parts = cut.flatMap(({ source, parts: own, isWhole: isWholeText }) =>
    own.map((part) => partOf(mention, source, part, isWholeText && isWhole ? whole : partly, input)),
  );
  return { parts, isWhole };
}

/** Short texts whole, and what they leave to the longer ones. */
async function sharedOut(texts: readonly Text[], question: string, tokens: number) {
  const cut: { source: Text; parts: TextPart[]; isWhole: boolean }[] = [];
  let room = tokens;
  for (const source of [...texts].sort((a, b) => a.text.length - b.text.length)) {
    const own = await bestParts(source, question, Math.floor(room / (texts.length - cut.length)));
    room -= own.parts.reduce((sum, { text }) => sum + estimateTokens(text), 0);
    cut.push({ source, ...own });
  }
  return cut.sort((a, b) => (a.source.path < b.source.path ? -1 : 1));
}

function partOf(
  mention: Attachment,
  { path, uri, from }: Text,
  part: TextPart,
  reason: string,
  choices: TurnChoices,
): PassagePart {
  const startLine = part.startLine + from - 1;
  const endLine = part.endLine + from - 1;
  const id = `${mentionId(mention)}${uri === mention.uri ? '' : path}:${startLine}`;
  const chosen = chosenText(choices, id, part.text);
  const label = startLine === endLine ? `${path}:${startLine}` : `${path}:${startLine}-${endLine}`;
  const shared = {
    id,
    reason: chosenReason(choices, id, reason),
    ...(mention.kind === 'session' ? { sessionId: mention.uri.slice(sessionScheme.length) } : {}),
  };
  if (uri === undefined) {
    const named = mention.kind === 'folder' ? { ...mention, kind: 'file' as const, path } : mention;
    return { ...shared, label: named.path, text: attachmentText({ ...named, text: chosen }) };
  }
  const place = { uri, path, startLine, endLine };
  return chosen === part.text
    ? { ...shared, label, text: chosen, place }
    : { ...shared, label, text: attachmentText({ kind: 'selection', ...place, text: chosen }) };
}
