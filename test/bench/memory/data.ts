/** Conversations with questions about them and the turns that hold the evidence, as files of `--data` have them. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { RecallDocument } from '../../../src/core/recall/document.ts';
import { timeRanges } from '../../../src/core/recall/times.ts';

const turnSchema = z.object({
  id: z.string(),
  role: z.enum(['user', 'assistant']),
  speaker: z.string().nullish(),
  /** The sitting in which it was said. */
  session: z.number(),
  /** As people write it. */
  date: z.string().nullish(),
  text: z.string(),
});

const fileSchema = z.object({
  name: z.string(),
  conversations: z.array(z.object({ id: z.string(), turns: z.array(turnSchema) })),
  queries: z.array(
    z.object({ conversation: z.string(), text: z.string(), evidence: z.array(z.string()), kind: z.string() }),
  ),
  /** Written at compaction by the model that `notes_by` names. */
  notes: z
    .array(z.object({ conversation: z.string(), covers: z.array(z.string()), text: z.string() }))
    .default([]),
  notes_by: z.string().optional(),
});

export type Turn = z.infer<typeof turnSchema>;

export interface Conversation {
  id: string;
  turns: readonly Turn[];
  documents: readonly RecallDocument[];
  /** How many of the documents are turns; notes follow. */
  size: number;
}

export interface Question {
  text: string;
  kind: string;
  conversation: Conversation;
  /** Places of the evidence among the turns. */
  evidence: ReadonlySet<number>;
}

export interface MemoryData {
  name: string;
  conversations: readonly Conversation[];
  questions: readonly Question[];
  /** Evidence that is in no conversation, and questions that have no other. */
  missingEvidence: number;
  notes: number;
  notesBy: string | undefined;
}

/** Throws where the file cannot be read or has another form. */
export function readMemoryData(file: string): MemoryData {
  const data = fileSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  const conversations = data.conversations.map(({ id, turns }): Conversation => {
    const notes = data.notes.filter((note) => note.conversation === id);
    return {
      id,
      turns,
      size: turns.length,
      documents: [...turnDocuments(turns), ...notes.map(noteDocument)],
    };
  });
  const byId = new Map(conversations.map((conversation) => [conversation.id, conversation]));
  let missingEvidence = 0;
  const questions = data.queries.flatMap(({ conversation: id, text, kind, evidence }): Question[] => {
    const conversation = byId.get(id);
    if (!conversation) throw new Error(`A question is about ${id}, which is no conversation of ${file}.`);
    const places = new Map(conversation.turns.map((turn, place) => [turn.id, place]));
    const found = evidence.flatMap((turn) => places.get(turn) ?? []);
    missingEvidence += evidence.length - found.length;
    return found.length === 0 ? [] : [{ text, kind, conversation, evidence: new Set(found) }];
  });
  return {
    name: data.name,
    conversations,
    questions,
    missingEvidence,
    notes: data.notes.length,
    notesBy: data.notes_by,
  };
}

function turnDocuments(turns: readonly Turn[]): RecallDocument[] {
  let at: number | undefined;
  return turns.map(({ id, role, speaker, date, text }, place) => {
    // Where only the first turn of a sitting is dated, the others were said then too.
    at = moment(date) ?? at;
    return {
      id,
      seq: place + 1,
      role,
      text,
      ...(at === undefined ? {} : { at }),
      ...(speaker && speaker !== role ? { speaker } : {}),
    };
  });
}

function moment(date: string | null | undefined): number | undefined {
  if (!date) return undefined;
  const read = (text: string) => timeRanges(text, 0)[0]?.from;
  return read(date) ?? read(date.replaceAll('-', ' '));
}

function noteDocument(
  { covers, text }: { covers: readonly string[]; text: string },
  place: number,
): RecallDocument {
  return { id: `note ${place}`, seq: place, role: 'note', text, covers };
}
