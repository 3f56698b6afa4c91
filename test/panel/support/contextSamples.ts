/** What is sent and what a session remembers, small and plain, for tests and pictures of the panel. */
import type { ContextView } from '../../../src/protocol/contextView.ts';
import type { FrameBody } from '../../../src/protocol/entries.ts';
import type { DirectiveView, TaskView } from '../../../src/protocol/memory.ts';
import type { PanelFrame, PanelMemory } from '../../../src/protocol/panelContext.ts';
import { id, sessionId, start } from './samples.ts';

const cost = (cached: number, written: number, fresh: number, usd?: number) => ({
  cached,
  written,
  fresh,
  ...(usd === undefined ? {} : { usd }),
});

export const contextNext = (change: Partial<ContextView> = {}): ContextView => ({
  sessionId,
  report: {
    model: 'anthropic/claude-sonnet-5',
    window: 200_000,
    outputReserve: 16_000,
    budget: 180_000,
    segments: [
      { kind: 'system', label: 'System prompt', tokens: 410, reason: 'Causeway’s own words.' },
      {
        kind: 'memory_file',
        label: 'AGENTS.md',
        tokens: 320,
        reason: 'What the workspace tells assistants.',
        partId: 'memory:AGENTS.md',
      },
      {
        kind: 'directives',
        label: '2 directives',
        tokens: 46,
        reason: 'You asked for it once and for all.',
        cache: '5m',
      },
      {
        kind: 'frame',
        label: '32 turns in a frame',
        tokens: 1_240,
        reason: 'They are older than what is sent word for word.',
        entryIds: [id(7, 1)],
        partId: `frame:${id(7, 1)}`,
      },
      {
        kind: 'conversation',
        label: '6 earlier turns',
        tokens: 8_200,
        reason: 'The conversation so far, word for word.',
        entryIds: [id(2, 1), id(3, 1)],
        cache: '5m',
      },
      {
        kind: 'task',
        label: 'Make uploads resumable',
        tokens: 88,
        reason: 'A task that is open.',
      },
      {
        kind: 'recall',
        label: 'Turn of 14 March, 09:12',
        tokens: 612,
        reason: 'It has words of your question: “retry”, “timer”.',
        entryIds: [id(2, 40)],
        partId: `recall:${id(2, 40)}`,
      },
      {
        kind: 'grounding',
        label: 'src/upload/retry.ts',
        tokens: 940,
        reason: 'It is open in the editor.',
        partId: 'open:retry',
      },
      {
        kind: 'grounding',
        label: 'src/upload/credentials/temporaryCredentialsOfTheUploadService.ts:1–40',
        tokens: 520,
        reason: 'It is open in the editor.',
        partId: 'open:credentials',
      },
      { kind: 'input', label: 'Your input', tokens: 24, reason: 'What is asked in this turn.' },
    ],
    masked: [
      { kind: 'aws', what: 'AWS access key', count: 1 },
      { kind: 'named-value', what: 'value with the name of a secret', count: 1 },
    ],
    omitted: [
      {
        label: 'src/chunks.ts',
        tokens: 640,
        reason: 'You left it out of this turn.',
      },
    ],
  },
  costs: [410, 320, 46, 1_240, 8_200, 88, 612, 940, 520, 24].map((tokens) =>
    cost(0, 0, tokens, tokens * 0.000002),
  ),
  secrets: [
    { segment: 8, what: 'AWS access key', line: 3, masked: true },
    { segment: 8, what: 'value with the name of a secret', line: 4, masked: true },
  ],
  ...change,
});

export const contextSent = (): ContextView => ({
  ...contextNext(),
  turnId: id(4, 1),
  usage: { inputTokens: 1_700, outputTokens: 612, cacheCreationTokens: 800, cacheReadTokens: 9_900 },
  costUsd: 0.0131,
  turn: {
    state: 'done',
    usage: { inputTokens: 3_300, outputTokens: 840, cacheCreationTokens: 1_900, cacheReadTokens: 18_200 },
    costUsd: 0.0274,
  },
  costs: [
    cost(410, 0, 0, 0.000082),
    cost(320, 0, 0, 0.000064),
    cost(46, 0, 0, 0.0000092),
    cost(1_240, 0, 0, 0.00025),
    cost(7_400, 800, 0, 0.0035),
    cost(0, 0, 88, 0.00018),
    cost(0, 0, 612, 0.0012),
    cost(0, 0, 940, 0.0019),
    cost(0, 0, 520, 0.001),
    cost(0, 0, 24, 0.000048),
  ],
  secrets: [],
});

const directive = (number: number, text: string, change: Partial<DirectiveView> = {}): DirectiveView => ({
  directiveId: id(8, number),
  text,
  state: 'confirmed',
  origin: 'cue',
  at: start,
  history: [],
  scope: 'session',
  ...change,
});

export const directives: DirectiveView[] = [
  directive(1, 'Always answer with the shortest change that works.'),
  directive(2, 'Tests are written with mocha, never with another framework.', {
    origin: 'user',
    history: [{ at: start - 86_400_000, text: 'Tests are written with mocha.' }],
  }),
  directive(3, 'Write commit messages in the imperative.', { scope: 'user', origin: 'user' }),
  directive(4, 'Prefer async iterators to callbacks.', { state: 'candidate', origin: 'model' }),
  directive(7, 'Keep lines below a hundred characters.', { state: 'candidate', because: 'budget' }),
  directive(8, 'Name tests by what the user sees. Never assert a speed.', { because: 'budget' }),
  directive(5, 'From now on use tabs.', { overriddenBy: id(8, 1) }),
  directive(6, 'Never touch the lockfile.', { state: 'removed', origin: 'repetition' }),
];

export const tasks: TaskView[] = [
  {
    taskId: id(9, 1),
    at: start,
    title: 'Make uploads resumable',
    state: 'open',
    steps: [
      { text: 'Ask the server which chunks it has', state: 'done' },
      { text: 'Send only the missing chunks', state: 'pending' },
      { text: 'The service team raises the limit of open uploads', state: 'awaited' },
      { text: 'Keep the list of chunks in localStorage', state: 'dropped' },
    ],
  },
  { taskId: id(9, 2), at: start, title: 'Fix the flaky test', state: 'done', steps: [] },
];

export const frameWords: FrameBody = {
  goals: ['Uploads go on where they stopped after a reload.'],
  decisions: [{ what: 'Chunks of 8 MB', why: 'the gateway refuses more than 10 MB' }],
  facts: ['The server answers 503 while it restarts.'],
  entities: [{ name: 'Uploader', note: 'the class in src/upload/upload.ts' }],
  files: [{ path: 'src/upload/retry.ts', state: 'changed', symbols: ['backoff', 'retry'] }],
  failed: ['A service worker: the extension has none.'],
  openSteps: ['Test on Windows.'],
  preferences: ['No new dependencies.'],
};

export const frame = (change: Partial<PanelFrame> = {}): PanelFrame => ({
  id: id(7, 1),
  at: start,
  covers: { fromId: id(2, 1), toId: id(3, 1) },
  entryCount: 64,
  turnCount: 32,
  method: 'model',
  model: 'claude-haiku-4-5',
  active: true,
  tokens: 1_240,
  from: start - 86_400_000 * 9,
  to: start - 86_400_000,
  ...change,
});

export const memory = (change: Partial<PanelMemory> = {}): PanelMemory => ({
  sessionId,
  frames: [],
  directives: [],
  tasks: [],
  profile: 'coding',
  ...change,
});

export const fullMemory = (): PanelMemory =>
  memory({
    frames: [
      frame({
        id: id(7, 2),
        covers: { fromId: id(2, 90), toId: id(3, 90) },
        turnCount: 1,
        method: 'extractive',
        active: false,
        tokens: 310,
      }),
      frame(),
      frame({ id: id(7, 3), covers: { fromId: id(2, 1), toId: id(3, 12) }, turnCount: 12, within: id(7, 1) }),
    ],
    directives,
    tasks,
  });

/** The same where masking is switched off. */
export const unmasked = ({ report, ...view }: ContextView): ContextView => {
  const { masked: _, ...rest } = report;
  return { ...view, report: rest, secrets: view.secrets.map((mark) => ({ ...mark, masked: false })) };
};
