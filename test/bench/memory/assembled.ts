/** The context as the product assembles it for a question asked at the end of a conversation, in a window of that size. */
import { type AssemblyInput, assemble } from '../../../src/core/context/assembler.ts';
import { conversationFloor } from '../../../src/core/context/budget.ts';
import { unitsOf } from '../../../src/core/context/conversation.ts';
import { directivesFor } from '../../../src/core/context/directiveChoice.ts';
import { detectDirectives } from '../../../src/core/context/directives/cues.ts';
import { newestWithin } from '../../../src/core/context/fit.ts';
import { frameParts } from '../../../src/core/context/frameText.ts';
import { directiveParts } from '../../../src/core/context/parts.ts';
import { foundParts, mostFound } from '../../../src/core/context/recalled.ts';
import { toolsText } from '../../../src/core/context/render.ts';
import { systemParts } from '../../../src/core/context/systemPrompt.ts';
import type { TurnIndex } from '../../../src/core/recall/turnIndex.ts';
import { defaultSettings } from '../../../src/core/settings.ts';
import { recall } from '../../../src/core/tools/recall.ts';
import { updateTask } from '../../../src/core/tools/updateTask.ts';
import type { Entry } from '../../../src/protocol/entries.ts';
import { reportTokens } from '../../../src/protocol/report.ts';
import { compacted } from './compacted.ts';
import { type Assemble, count } from './context.ts';
import type { Conversation, Turn } from './data.ts';
import { remembered } from './systems.ts';

/** Tokens the wire adds around a message, as the product reckons them. */
const perMessage = 6;

const entryOf = (turns: readonly Turn[], place: number, at: number | undefined): Entry => {
  const turn = turns[place];
  const before = turns[place - 1];
  const common = {
    id: `turn ${place}`,
    // What was said in another sitting is not what a short reply replies to.
    parentId: before?.session === turn?.session ? `turn ${place - 1}` : null,
    seq: place + 1,
    at: at ?? 0,
    door: 'import' as const,
    turnId: `turn ${place}`,
    content: [{ type: 'text' as const, text: turn?.text ?? '' }],
  };
  return turn?.role === 'assistant'
    ? { ...common, kind: 'assistant', provider: '', model: '', outcome: 'done' }
    : { ...common, kind: 'user', grounding: 'off' };
};

const placeOf = (entryId: string): number => Number(entryId.slice('turn '.length));

/** What of a conversation is the same for every question. */
const known = remembered(({ turns, documents }: Conversation) => {
  const entries = turns.map((_, place) => entryOf(turns, place, documents[place]?.at));
  const units = unitsOf(entries).map((unit) => ({
    ...unit,
    tokens:
      count(
        unit.messages
          .flatMap(({ content }) => content.map((block) => (block.type === 'text' ? block.text : '')))
          .join('\n'),
      ) + perMessage,
  }));
  // Where both sides are people, nobody is instructed.
  const isChat = turns.some(({ role }) => role === 'assistant');
  const directives = turns.flatMap(({ role, text }, place) =>
    !isChat || role !== 'user'
      ? []
      : detectDirectives(text).map((directive, index) => ({
          directiveId: `directive ${place} ${index}`,
          text: directive.text,
          state: directive.strength,
          origin: 'cue' as const,
          at: 0,
          sourceId: `turn ${place}`,
          history: [],
          scope: 'session' as const,
          seq: place,
          firstSeq: place,
        })),
  );
  return { entries, units, directives, ...compacted(entries, units, defaultSettings.conversationTokens) };
});

const counted = <T extends { text: string }>(parts: readonly T[]): (T & { tokens: number })[] =>
  parts.map((part) => ({ ...part, tokens: count(part.text) }));

const own = counted(systemParts(undefined, '', [], {}));

const never = (): never => {
  throw new Error('The tools of this benchmark are offered and not called.');
};
/** Those of a turn without files. */
const definitions = [
  updateTask({ ofKinds: never }),
  recall({ search: never }, { entries: never }, 'session'),
].map(({ definition }) => definition);
const tools = { definitions, tokens: count(toolsText(definitions)) };

/** Shorter lines stand in many turns. */
const leastQuoted = 30;

/** Turns a line of which stands in a frame. */
const quotedIn = (text: string, turns: readonly Turn[]): number[] => {
  const lines = text
    .split('\n')
    .map((line) => line.replace(/^- /, '').replace(/…$/, '').trim())
    .filter((line) => line.length >= leastQuoted);
  return turns.flatMap((turn, place) => (lines.some((line) => turn.text.includes(line)) ? [place] : []));
};

export function assembled(index: (conversation: Conversation) => TurnIndex): Assemble {
  return async ({ text, conversation }, budget) => {
    const { entries, directives, frames, tail } = known(conversation);
    const said = {
      of: async (_: string, ids: readonly string[]) => ids.flatMap((id) => entries[placeOf(id)] ?? []),
    };
    const kept = Math.min(defaultSettings.conversationTokens, Math.floor(budget * conversationFloor));
    const except = new Set(newestWithin(tail, kept).flatMap(({ entryIds }) => entryIds));
    const hits = index(conversation).search({
      text,
      limit: mostFound,
      accepts: (place) => place < conversation.size && !except.has(`turn ${place}`),
    });
    const found = hits.map(({ index: place, score, why, terms }) => ({
      sessionId: '',
      entryId: `turn ${place}`,
      at: entries[place]?.at ?? 0,
      role: conversation.turns[place]?.role ?? 'user',
      score,
      why,
      terms,
    }));
    const input: AssemblyInput = {
      model: 'bench/model',
      budget: { window: budget, outputReserve: 1, total: budget },
      thinking: false,
      tools,
      system: own,
      directives: counted(
        directiveParts(directivesFor({ ofUser: [], ofSession: directives, frameSeq: 0, text }), {}),
      ),
      frames: counted(frameParts(frames, {})),
      conversation: tail,
      conversationTokens: defaultSettings.conversationTokens,
      olderOmitted: false,
      tasks: [],
      recalled: counted(await foundParts(said, found, {})),
      grounding: [],
      excluded: [],
      missing: [],
      input: { entryId: 'question', tokens: count(text) + perMessage },
      turn: [],
      entryOf: (id) =>
        id === 'question' ? { kind: 'input', id, content: [{ type: 'text', text }] } : entries[placeOf(id)],
    };
    const { report } = assemble(input);
    const turns = report.segments.flatMap(({ kind, entryIds = [], text: quoted }) => {
      if (kind === 'conversation') return entryIds.map(placeOf);
      // Of a long turn a part is quoted, which is not the turn word for word.
      return kind === 'recall'
        ? entryIds
            .map(placeOf)
            .filter((place) => quoted?.includes(conversation.turns[place]?.text.trim() ?? ''))
        : [];
    });
    const byDirectives = report.segments.flatMap(({ kind, entryIds = [] }) =>
      kind === 'directives' ? entryIds.map(placeOf) : [],
    );
    const byFrames = report.segments.flatMap(({ kind, text: framed }) =>
      kind === 'frame' ? quotedIn(framed ?? '', conversation.turns) : [],
    );
    return { turns, directives: byDirectives, frames: byFrames, tokens: reportTokens(report) };
  };
}
