/** What the transcript shows, one row an article, as a pure function of entries and the live answer. */
import type { AssistantBlock, ToolResultBlock } from '../src/protocol/content.ts';
import type { AssistantEntry, Entry, UserEntry } from '../src/protocol/entries.ts';
import type { PanelFrame } from '../src/protocol/panelContext.ts';
import { frameKey } from './contextState.ts';
import { type LiveAnswer, liveBlocks } from './panelState.ts';

export interface UserRow {
  kind: 'user';
  key: string;
  entry: UserEntry;
  /** Position among the turns that are loaded, from 1. */
  turn: number;
}
export interface AnswerRow {
  kind: 'answer';
  /** The same while the answer is live and when it is stored, so that its elements and their focus stay. */
  key: string;
  turnId: string;
  /** The input it answers, where that is loaded. */
  inputId: string | undefined;
  turn: number;
  /** Blocks of all entries of the turn, in order. */
  blocks: readonly AssistantBlock[];
  results: ReadonlyMap<string, ToolResultBlock>;
  /** The newest stored entry of the answer; none while nothing is stored. */
  entry: AssistantEntry | undefined;
  live: LiveAnswer | undefined;
}
export interface NoteRow {
  kind: 'note';
  key: string;
  /** A frame's note stands where the turns begin that are sent word for word; `turns` are those in frames. */
  note:
    | { type: 'model'; model: string }
    | { type: 'frame'; frame: string; turns: number }
    /** Instructions that were merged, or are no longer in every request, without being asked for. */
    | { type: 'directives'; count: number };
}
export type Row = UserRow | AnswerRow | NoteRow;

/** Rows of the stored entries. An answer that is stored in parts, with tool results between, is one row. */
export function rowsOf(entries: readonly Entry[], frames: readonly PanelFrame[] = []): Row[] {
  const rows: Row[] = [];
  let turn = 0;
  let inputId: string | undefined;
  let open: { turnId: string; blocks: AssistantBlock[]; results: Map<string, ToolResultBlock> } | undefined;
  for (const entry of entries) {
    switch (entry.kind) {
      case 'user':
        open = undefined;
        // It has no words: the answer goes on from results.
        if (entry.continuesId !== undefined) break;
        turn++;
        inputId = entry.id;
        rows.push({ kind: 'user', key: entry.id, entry, turn });
        break;
      case 'assistant': {
        if (open?.turnId === entry.turnId) rows.pop();
        else open = { turnId: entry.turnId, blocks: [], results: new Map() };
        open.blocks = [...open.blocks, ...entry.content];
        rows.push({
          kind: 'answer',
          key: `answer ${entry.turnId}`,
          ...open,
          inputId,
          turn,
          entry,
          live: undefined,
        });
        break;
      }
      case 'tool_result':
        for (const result of entry.results) open?.results.set(result.tool_use_id, result);
        break;
      case 'model':
        open = undefined;
        rows.push({ kind: 'note', key: entry.id, note: { type: 'model', model: entry.model } });
        break;
      case 'directive': {
        if (entry.because === undefined) break;
        const last = rows.at(-1);
        const before = last?.kind === 'note' && last.note.type === 'directives' ? last : undefined;
        if (before) rows.pop();
        const count = (before?.note.type === 'directives' ? before.note.count : 0) + 1;
        open = undefined;
        rows.push({ kind: 'note', key: before?.key ?? entry.id, note: { type: 'directives', count } });
        break;
      }
      case 'frame':
      case 'task':
      case 'title':
      case 'profile':
      case 'rewind':
        break;
      default:
        entry satisfies never;
    }
  }
  return withFrameNote(rows, entries, frames);
}

/** The rows with the note of the frames after the last entry that is in one, where that is loaded. */
function withFrameNote(rows: Row[], entries: readonly Entry[], frames: readonly PanelFrame[]): Row[] {
  const framed = lastFramed(frames);
  const last = framed && rowOfEntry(rows, entries, framed.toId);
  if (!framed || !last) return rows;
  const { frame, turns } = framed;
  const note: NoteRow = { kind: 'note', key: `frame ${frame}`, note: { type: 'frame', frame, turns } };
  return rows.toSpliced(rows.indexOf(last) + 1, 0, note);
}

/** The frame after which the turns begin that are sent word for word. */
function lastFramed(
  frames: readonly PanelFrame[],
): { frame: string; toId: string; turns: number } | undefined {
  const sent = frames.filter(({ active, within }) => active && within === undefined);
  const last = sent.reduce<PanelFrame | undefined>(
    (newest, one) => (newest === undefined || one.to >= newest.to ? one : newest),
    undefined,
  );
  if (!last) return undefined;
  const turns = sent.reduce((sum, { turnCount }) => sum + turnCount, 0);
  return { frame: frameKey(last), toId: last.covers.toId, turns };
}

/** The stored rows with the live answer at the end, or in the row of what is stored of its turn. */
export function withLive(rows: readonly Row[], live: LiveAnswer | undefined): readonly Row[] {
  if (!live) return rows;
  const last = rows.at(-1);
  const stored = last?.kind === 'answer' && last.turnId === live.turnId ? last : undefined;
  const row: AnswerRow = {
    kind: 'answer',
    key: `answer ${live.turnId}`,
    turnId: live.turnId,
    inputId: stored?.inputId ?? rows.findLast((one) => one.kind === 'user')?.key,
    turn: stored?.turn ?? rows.filter(({ kind }) => kind === 'user').length,
    blocks: [...(stored?.blocks ?? []), ...liveBlocks(live)],
    results: stored?.results ?? new Map(),
    entry: stored?.entry,
    live,
  };
  return [...(stored ? rows.slice(0, -1) : rows), row];
}

/** The row in which an entry is shown. */
export function rowOfEntry(
  rows: readonly Row[],
  entries: readonly Entry[],
  entryId: string,
): Row | undefined {
  const entry = entries.find(({ id }) => id === entryId);
  if (!entry) return undefined;
  return rows.find(
    (row) =>
      row.key === entryId ||
      (row.kind === 'answer' && 'turnId' in entry && row.turnId === entry.turnId && entry.kind !== 'user'),
  );
}
