/** Pictures and PDFs of inputs that are not sent yet. Those of a file are read when they are needed, the others lie beside the draft. */
import { Buffer } from 'node:buffer';
import * as vscode from 'vscode';
import { attachmentUnusable } from '../../core/errors.ts';
import type { SessionStore } from '../../core/session/store.ts';
import { mediaTypeOf, mostMediaBytes } from '../../core/workspace/media.ts';
import type { Attachment } from '../../protocol/entries.ts';
import { shownPath } from '../openEditors.ts';
import type { SentFiles } from './sendInput.ts';

type Media = SentFiles['media'][number];

/** Of what was pasted or dropped without a file of this workspace; what follows is its number. */
const pastedScheme = 'causeway-pasted';

/** Bytes of what was pasted that are at hand, since the input is counted each time typing rests. */
const mostAtHand = 64 * 1024 * 1024;

/** Whose draft it is. */
export interface DraftPlace {
  sessionId: string;
  sessions: Pick<SessionStore, 'keepDraftMedia' | 'draftMedia'>;
}

export const isMedia = ({ kind }: Pick<Attachment, 'kind'>): boolean => kind === 'image' || kind === 'pdf';

export class MediaShelf {
  readonly #pasted = new Map<string, Uint8Array>();
  /** What was read last of files, since the input is counted each time typing rests. */
  readonly #read = new Map<string, { mtime: number; media: Media }>();

  /** Throws `attachment_unusable` for what is no picture and no PDF, or too large, and `store_*`. */
  async keep(name: string, bytes: Uint8Array, { sessionId, sessions }: DraftPlace): Promise<Attachment> {
    const media = mediaOf(name, bytes);
    const uri = `${pastedScheme}:${crypto.randomUUID()}`;
    await sessions.keepDraftMedia(sessionId, uri, bytes);
    this.#hold(uri, bytes);
    return { kind: kindOf(media), uri, path: name, text: '' };
  }

  /** Throws as `keep`, and where the file cannot be read. */
  async attach(uri: vscode.Uri): Promise<Attachment> {
    const path = shownPath(uri);
    const media = await this.#ofFile(uri, path);
    return { kind: kindOf(media), uri: uri.toString(), path, text: '' };
  }

  /** The pictures and PDFs among attachments as they are sent, and the others. Throws `attachment_unusable`. */
  async taken(
    attachments: readonly Attachment[],
    place: DraftPlace,
  ): Promise<{ attachments: Attachment[]; media: Media[] }> {
    const media = await Promise.all(attachments.filter(isMedia).map((one) => this.of(one, place)));
    return { attachments: attachments.filter((one) => !isMedia(one)), media };
  }

  async of({ uri, path }: Attachment, { sessionId, sessions }: DraftPlace): Promise<Media> {
    if (!uri.startsWith(`${pastedScheme}:`)) return this.#ofFile(vscode.Uri.parse(uri), path);
    const bytes = this.#pasted.get(uri) ?? (await sessions.draftMedia(sessionId, uri));
    if (!bytes) throw attachmentUnusable(path, 'it is not kept any more. Take it out and paste it again');
    this.#hold(uri, bytes);
    return mediaOf(path, bytes);
  }

  /** The newest stay at hand. */
  #hold(uri: string, bytes: Uint8Array): void {
    this.#pasted.delete(uri);
    this.#pasted.set(uri, bytes);
    let size = 0;
    for (const [key, one] of [...this.#pasted].reverse()) {
      size += one.length;
      if (size > mostAtHand) this.#pasted.delete(key);
    }
  }

  async #ofFile(uri: vscode.Uri, path: string): Promise<Media> {
    if (!vscode.workspace.getWorkspaceFolder(uri))
      throw attachmentUnusable(path, 'it lies outside of the workspace');
    const state = await Promise.resolve(vscode.workspace.fs.stat(uri)).catch(() => undefined);
    if (!state) throw attachmentUnusable(path, 'it is not there any more');
    const known = this.#read.get(uri.toString());
    if (known?.mtime === state.mtime) return known.media;
    // Before it is read: a film has gigabytes.
    checkSize(path, state.size, mostMediaBytes('application/pdf'));
    const media = mediaOf(path, await vscode.workspace.fs.readFile(uri));
    this.#read.clear();
    this.#read.set(uri.toString(), { mtime: state.mtime, media });
    return media;
  }
}

const kindOf = ({ type }: Media): 'image' | 'pdf' => (type === 'image' ? 'image' : 'pdf');

function mediaOf(name: string, bytes: Uint8Array): Media {
  const type = mediaTypeOf(bytes);
  if (type === undefined)
    throw attachmentUnusable(name, 'it is no picture that models take (JPEG, PNG, GIF or WebP), and no PDF');
  checkSize(name, bytes.length, mostMediaBytes(type));
  const data = Buffer.from(bytes).toString('base64');
  return type === 'application/pdf'
    ? { type: 'document', source: { type: 'base64', media_type: type, data }, title: name }
    : { type: 'image', source: { type: 'base64', media_type: type, data } };
}

function checkSize(name: string, bytes: number, most: number): void {
  const megabytes = (count: number) => `${(count / 1024 / 1024).toFixed(1)} MB`;
  if (bytes > most)
    throw attachmentUnusable(name, `it has ${megabytes(bytes)} and ${megabytes(most)} is the most`);
}
