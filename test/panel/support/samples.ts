/** Sessions as the host sends them, small and plain, for tests and pictures of the panel. */
import type { AssistantBlock } from '../../../src/protocol/content.ts';
import type { AssistantEntry, Entry, UserEntry } from '../../../src/protocol/entries.ts';
import type { PanelStatus, SessionView } from '../../../src/protocol/panel.ts';
import type { SessionSummary } from '../../../src/protocol/session.ts';

/** A UUID that names a number, the same in every run. */
export const id = (kind: number, number: number): string =>
  `0000${kind.toString(16).padStart(4, '0')}-0000-4000-8000-${number.toString(16).padStart(12, '0')}`;

export const sessionId = id(1, 1);
/** 2 November 2026, 14:02 in UTC. */
export const start = Date.UTC(2026, 10, 2, 14, 2);

export const status = (change: Partial<PanelStatus> = {}): PanelStatus => ({
  workspaceName: 'upload-service',
  trusted: true,
  key: 'set',
  offline: false,
  model: { id: 'anthropic/claude-sonnet-5', name: 'sonnet 5', window: 200_000 },
  grounding: 'open_files',
  notices: [],
  suggestions: [
    'What does retry.ts do when the server answers 503?',
    'Where are uploads split into chunks?',
    'Which tests cover resuming?',
  ],
  ...change,
});

export const session = (change: Partial<SessionSummary> = {}): SessionSummary => ({
  id: sessionId,
  workspaceId: 'workspace',
  title: 'Fix flaky upload test',
  createdAt: start,
  updatedAt: start + 60_000,
  door: 'panel',
  entryCount: 2,
  bytes: 4_096,
  private: false,
  readOnly: false,
  model: 'anthropic/claude-sonnet-5',
  ...change,
});

export const view = (change: Partial<SessionView> = {}): SessionView => ({
  session: session(),
  entries: [],
  hasEarlier: false,
  queue: [],
  draft: { text: '', attachments: [] },
  totals: { tokens: 0, costUsd: 0, costKnown: true },
  ...change,
});

export const user = (turn: number, text: string, change: Partial<UserEntry> = {}): UserEntry => ({
  id: id(2, turn),
  parentId: turn === 1 ? null : id(3, turn - 1),
  seq: turn * 2 - 1,
  at: start + turn * 60_000,
  door: 'panel',
  kind: 'user',
  turnId: id(4, turn),
  content: [{ type: 'text', text }],
  grounding: 'open_files',
  ...change,
});

export const answer = (
  turn: number,
  content: string | AssistantBlock[],
  change: Partial<AssistantEntry> = {},
): AssistantEntry => ({
  id: id(3, turn),
  parentId: id(2, turn),
  seq: turn * 2,
  at: start + turn * 60_000 + 20_000,
  door: 'core',
  kind: 'assistant',
  turnId: id(4, turn),
  provider: 'anthropic',
  model: 'claude-sonnet-5',
  content: typeof content === 'string' ? [{ type: 'text', text: content }] : content,
  outcome: 'done',
  stopReason: 'end_turn',
  usage: { inputTokens: 1_700, outputTokens: 612, cacheCreationTokens: 0, cacheReadTokens: 10_700 },
  costUsd: 0.0131,
  report: {
    model: 'claude-sonnet-5',
    window: 200_000,
    outputReserve: 8_192,
    budget: 191_808,
    segments: [],
    omitted: [],
  },
  ...change,
});

/** Turns of a question and an answer each. */
export const turns = (count: number, from = 1): Entry[] =>
  Array.from({ length: count }, (_, index) => index + from).flatMap((turn) => [
    user(turn, `Question ${turn}: why does upload.test.ts fail only on CI?`),
    answer(turn, `Answer ${turn}: the retry timer is created before the fake clock is installed.`),
  ]);
