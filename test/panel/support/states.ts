/** Every state of the panel, as what the host says and what the user then does. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HostMessage } from '../../../src/protocol/panel.ts';
import { repositoryRoot } from '../../support/vscode/paths.ts';
import { contextStates } from './contextStates.ts';
import { choicesFor, mentionChoices, mentionedAs } from './mentionSamples.ts';
import { type Answers, type PanelPage, Refusal } from './panelPage.ts';
import { answer, id, session, sessionId, start, status, turns, user, view } from './samples.ts';
import { everyKindOfMarkdown, flaky, longCode, longInput } from './texts.ts';

export interface State {
  name: string;
  answers: Answers;
  /** Events after the panel is open. */
  events?: Extract<HostMessage, { type: 'event' }>['event'][];
  /** What has to be seen before the picture is taken. */
  shows: string;
  act?: (panel: PanelPage) => Promise<void>;
}

const ready =
  (
    change: Parameters<typeof view>[0],
    how: Parameters<typeof status>[0] = {},
  ): NonNullable<Answers['ready']> =>
  () => ({ status: status(how), view: view(change) });

const asked = [
  user(1, 'Why does upload.test.ts fail only on CI?', {
    attachments: [
      {
        kind: 'selection',
        uri: 'file:///w/upload.ts',
        path: 'src/upload.ts',
        startLine: 40,
        endLine: 88,
        text: '',
      },
      { kind: 'problems', uri: 'file:///w/upload.test.ts', path: 'test/upload.test.ts', text: '' },
    ],
  }),
];
const started = {
  type: 'turn.started',
  sessionId,
  turnId: id(4, 1),
  provider: 'anthropic',
  model: 'claude-sonnet-5',
} as const;
const live = { sessionId, turnId: id(4, 1) };
const totals = { tokens: 13_012, costUsd: 0.0131, costKnown: true };

const toolResults = [
  ['t1', '<result tool="search_workspace">\n6 passages\n\nsrc/upload.ts:40-52\n</result>'],
  ['t2', '<result tool="read_file">\n49 lines: src/upload.ts:40-88 of 120\n40\tconst timer = …\n</result>'],
  ['t3', 'read_file: "../.env" leads out of the workspace, or may. Nothing was read.'],
].map(([tool_use_id = '', text = '']) => ({
  type: 'tool_result' as const,
  tool_use_id,
  content: [{ type: 'text' as const, text }],
  ...(tool_use_id === 't3' ? { is_error: true } : {}),
}));

const plain = (
  name: string,
  entries: NonNullable<Parameters<typeof view>[0]>['entries'],
  shows: string,
): State => ({
  name,
  answers: { ready: ready({ entries: entries ?? [], totals }) },
  shows,
});

/** A picture that was sent: the extension's own icon. */
const picture = readFileSync(join(repositoryRoot, 'media/icons/causeway.png'), 'base64');

const states: State[] = [
  { name: 'empty', answers: { ready: ready({}) }, shows: 'Causeway answers from this workspace' },
  {
    name: 'offline',
    answers: { ready: ready({}, { offline: true, key: 'missing' }) },
    shows: 'No model is set',
  },
  {
    name: 'offline-chosen',
    answers: { ready: ready({}, { offline: true }) },
    shows: 'The offline mode is chosen',
  },
  {
    name: 'instead',
    answers: {
      ready: ready(
        { entries: turns(1) },
        { offline: true, insteadOf: 'The model claude-sonnet-5-5 is not known there. Choose another model.' },
      ),
    },
    shows: 'claude-sonnet-5-5 is not known',
  },
  {
    name: 'refused',
    answers: {
      ready: ready({ entries: turns(1) }),
      send: () =>
        new Refusal({
          code: 'store_full',
          message: 'The disk is full. Nothing was sent; your input is kept.',
          action: 'show_log',
        }) as never,
    },
    shows: 'The disk is full',
    act: async ({ page }) => {
      await page.fill('#input', 'Does it retry on Windows too?');
      await page.focus('#input');
      await page.keyboard.press('Enter');
    },
  },
  {
    name: 'withdrawn',
    answers: {
      ready: ready({
        entries: turns(1),
        queue: [
          {
            turnId: id(4, 2),
            sessionId,
            position: 1,
            text: 'Then write a test that shows it, and say which of the retries it covers and which it does not.',
            door: 'panel',
          },
        ],
      }),
    },
    shows: 'Withdrawn',
    act: async (panel) => {
      await panel.page.getByRole('button', { name: 'Withdraw' }).click();
      await panel.events({ type: 'queue.changed', sessionId, queue: [] });
    },
  },
  {
    name: 'restricted',
    answers: { ready: ready({}, { offline: true, trusted: false, key: 'missing' }) },
    shows: 'Restricted Mode',
  },
  { name: 'waiting', answers: { ready: ready({ entries: asked }) }, events: [started], shows: 'Waiting for' },
  {
    name: 'streaming',
    answers: { ready: ready({ entries: asked, draft: { text: 'And on Windows?', attachments: [] } }) },
    events: [started, { type: 'turn.text', ...live, block: 0, text: flaky.slice(0, 420) }],
    shows: 'retry timer',
  },
  {
    name: 'retrying',
    answers: { ready: ready({ entries: asked }) },
    events: [started, { type: 'turn.retrying', ...live, attempt: 2, delayMs: 4_000, reason: 'overloaded' }],
    shows: 'Trying again in 4 s: the API is overloaded',
  },
  plain(
    'done',
    [
      ...asked,
      answer(1, [
        { type: 'thinking', thinking: 'The clock first.', signature: '' },
        { type: 'tool_use', id: 't1', name: 'search_workspace', input: { query: 'retry timer' } },
        {
          type: 'text',
          text: flaky,
          citations: [
            {
              index: 1,
              uri: 'file:///w/upload.ts',
              path: 'src/upload.ts',
              startLine: 40,
              endLine: 88,
              quote: 'const timer = setTimeout(retry, delay);',
            },
          ],
        },
      ]),
    ],
    'retry timer',
  ),
  plain(
    'tools',
    [
      ...asked,
      answer(1, [
        { type: 'tool_use', id: 't1', name: 'search_workspace', input: { query: 'retry timer' } },
        { type: 'tool_use', id: 't2', name: 'read_file', input: { path: 'src/upload.ts', start_line: 40 } },
        { type: 'tool_use', id: 't3', name: 'read_file', input: { path: '../.env' } },
        { type: 'tool_use', id: 't4', name: 'git_log', input: { path: 'src/upload.ts' } },
      ]),
      {
        ...answer(1, ''),
        id: id(5, 1),
        kind: 'tool_result',
        results: toolResults,
      },
      answer(2, flaky.slice(0, 300)),
    ],
    'Searched workspace: “retry timer”',
  ),
  plain('stopped', [...asked, answer(1, flaky.slice(0, 160), { outcome: 'stopped' })], 'Stopped'),
  plain('interrupted', [...asked, answer(1, flaky.slice(0, 160), { outcome: 'interrupted' })], 'Interrupted'),
  plain(
    'failed',
    [
      ...asked,
      answer(1, [], {
        outcome: 'failed',
        error: {
          code: 'key_refused',
          message: 'Claude refused the API key. Your input is kept. Set another key and retry.',
          action: 'set_api_key',
        },
      }),
    ],
    'refused the API key',
  ),
  {
    name: 'queued',
    answers: {
      ready: ready({
        entries: asked,
        queue: [
          {
            turnId: id(4, 2),
            sessionId,
            position: 1,
            text: 'Then write a test that shows it.',
            door: 'panel',
          },
          {
            turnId: id(4, 3),
            sessionId,
            position: 2,
            text: 'Summarise the change.',
            door: 'bridge',
            client: 'nightly',
          },
        ],
      }),
    },
    events: [started, { type: 'turn.text', ...live, block: 0, text: flaky.slice(0, 120) }],
    shows: 'Then write a test',
  },
  {
    name: 'mentions',
    answers: {
      ready: ready({ entries: asked }),
      mentionables: ({ typed }) => ({ choices: choicesFor(typed) }),
    },
    shows: 'Why does',
    act: async ({ page }) => {
      await page.fill('#input', 'Why does ');
      await page.focus('#input');
      await page.keyboard.type('@');
      await page.getByRole('option').nth(3).waitFor();
      await page.keyboard.press('ArrowDown');
    },
  },
  {
    name: 'mentioned',
    answers: {
      ready: ready({
        draft: {
          text: 'Why does @upload.ts fail in “Fix the upload”? See @problems',
          attachments: mentionChoices.filter(({ out }) => !out).map(mentionedAs),
        },
      }),
    },
    shows: 'uploadChunk',
  },
  {
    name: 'trimmed',
    answers: {
      ready: ready({
        totals: { ...totals, costKnown: false },
        entries: [
          ...asked,
          answer(1, 'The timer is created too early.', {
            costUsd: undefined,
            report: {
              model: 'm',
              window: 200_000,
              outputReserve: 0,
              budget: 0,
              segments: [],
              omitted: [{ label: '32 older turns', tokens: 41_200, reason: 'they did not fit' }],
            },
          }),
        ],
      }),
    },
    shows: '32 older turns',
  },
  {
    name: 'left-out',
    answers: {
      ready: ready({
        entries: [
          ...asked,
          answer(1, 'The timer is created too early.', {
            report: {
              model: 'm',
              window: 200_000,
              outputReserve: 0,
              budget: 0,
              segments: [],
              omitted: [
                { label: 'src/chunks.ts', tokens: 640, reason: 'You left it out of this turn.' },
                { label: '32 older turns', tokens: 41_200, reason: 'They do not fit into the token budget.' },
              ],
            },
          }),
        ],
      }),
    },
    shows: 'Not sent: src/chunks.ts, 32 older turns',
  },
  {
    name: 'notice',
    answers: {
      ready: ready(
        { entries: turns(1) },
        {
          notices: [
            {
              code: 'store_salvaged',
              message:
                'The sessions file was damaged. 41 of 42 sessions were saved; the damaged file is kept.',
              action: 'show_log',
            },
          ],
        },
      ),
    },
    shows: 'The sessions file was damaged',
  },
  {
    name: 'read-only',
    answers: { ready: ready({ session: session({ readOnly: true }), entries: turns(2), totals }) },
    shows: 'written by a newer version',
  },
  {
    name: 'private',
    answers: { ready: ready({ session: session({ private: true }), entries: turns(1), totals }) },
    shows: 'Private session',
  },
  plain('long-code', [user(1, 'Write it out.'), answer(1, longCode)], 'Show all'),
  plain('long-input', [user(1, longInput), answer(1, 'Noted.')], 'Show all'),
  plain('markdown', [user(1, 'Show me everything.'), answer(1, everyKindOfMarkdown)], 'A heading'),
  plain(
    'images',
    [
      user(1, '', {
        content: [
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: picture } },
          {
            type: 'document',
            title: 'timings.pdf',
            source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0xLjcK' },
          },
          { type: 'text', text: 'What does this drawing show, and do the timings fit?' },
        ],
      }),
      answer(1, 'A roadway on arches. The timings name no such load.'),
    ],
    'A roadway on arches',
  ),
  plain(
    'script',
    [
      user(1, 'Summarise the failures of this night.', { door: 'bridge', client: 'nightly' }),
      answer(1, 'Two tests failed.'),
    ],
    'nightly',
  ),
  {
    name: 'many-turns',
    answers: { ready: ready({ entries: turns(200, 9_801), hasEarlier: true, totals }) },
    shows: 'Question 10000',
  },
  {
    name: 'history',
    answers: {
      ready: ready({ entries: turns(1) }),
      listSessions: () => ({
        sessions: [
          session(),
          session({
            id: id(1, 2),
            title: 'Resuming uploads after a reload of the page',
            updatedAt: start - 86_400_000,
            door: 'bridge',
            client: 'nightly',
            bytes: 81_920,
          }),
          session({ id: id(1, 3), title: '', private: true, door: 'cli' }),
        ],
        hits: [
          {
            sessionId: id(1, 2),
            sessionTitle: '',
            entryId: id(3, 9),
            at: start,
            snippet: 'the server says which \u0002chunks\u0003 it already has',
          },
        ],
        next: { updatedAt: start, id: id(1, 3) },
      }),
    },
    shows: 'Resuming uploads',
    act: (panel) => panel.push({ type: 'navigate', to: 'history' }),
  },
  {
    name: 'branches',
    answers: {
      ready: ready({ entries: turns(2) }),
      branches: () => ({
        forks: [
          {
            entryId: id(2, 2),
            ways: [
              { entryId: id(2, 12), input: 0, leafId: id(3, 12), leafSeq: 4 },
              { entryId: id(2, 2), input: 1, leafId: id(3, 2), leafSeq: 8 },
              { entryId: id(2, 22), input: 1, leafId: id(3, 22), leafSeq: 6 },
            ],
          },
        ],
      }),
    },
    shows: '2/2',
  },
  {
    name: 'found',
    answers: {
      ready: ready({ entries: turns(3) }),
      listSessions: () => ({
        sessions: [],
        hits: [
          {
            sessionId,
            sessionTitle: 'Tests',
            entryId: id(3, 2),
            at: start,
            snippet: 'the \u0002clock\u0003',
          },
        ],
      }),
    },
    shows: 'Answer 2',
    act: async (panel) => {
      await panel.push({ type: 'navigate', to: 'history' });
      await panel.page.locator('mark').click();
      // The mark fades; the picture is of its beginning.
      await panel.page.locator('.row.marked').evaluate((row) => {
        for (const fading of row.getAnimations()) {
          fading.pause();
          fading.currentTime = 0;
        }
      });
    },
  },
  {
    name: 'find',
    answers: { ready: ready({ entries: turns(3) }), find: () => ({ entryIds: [id(2, 1), id(3, 2)] }) },
    shows: '2 of 2',
    act: async (panel) => {
      await panel.push({ type: 'navigate', to: 'find' });
      await panel.page.fill('.find input', 'timer');
    },
  },
  {
    name: 'editing',
    answers: { ready: ready({ entries: turns(2) }) },
    shows: 'Send again',
    act: async (panel) => {
      await panel.page.focus('#input');
      await panel.page.keyboard.press('ArrowUp');
    },
  },
  {
    name: 'chips',
    answers: {
      ready: ready({
        entries: turns(1),
        draft: {
          text: 'Why is this slow?\nAnd what would you change first?',
          attachments: [
            {
              kind: 'selection',
              uri: 'file:///w/a',
              path: 'src/upload.ts',
              startLine: 40,
              endLine: 88,
              text: '',
            },
          ],
          excluded: [{ id: 'open:b', label: 'retry.ts' }],
        },
      }),
      preview: () => ({
        chips: [
          {
            id: 'open:a',
            label: 'chunks.ts',
            source: 'auto',
            tokens: 640,
            reason: 'It is open in the editor.',
          },
          {
            id: 'att:0',
            label: 'upload.ts:40–88',
            source: 'attached',
            tokens: 512,
            reason: 'You attached it.',
          },
          {
            id: 'file:///w/.env',
            label: '.env',
            source: 'out',
            tokens: 0,
            reason: 'Files of this name are made to hold secrets.',
          },
        ],
        tokens: 186_000,
        window: 200_000,
        masked: 1,
        secrets: 0,
      }),
    },
    shows: 'chunks.ts',
  },
];

/** Those of the chat and those of its screens. */
export const allStates: State[] = [...states, ...contextStates];

/** Brings an open panel into a state; resolves when all of it is drawn, the colours of code too. */
export async function reach(panel: PanelPage, state: State): Promise<void> {
  await panel.events(...(state.events ?? []));
  await state.act?.(panel);
  await panel.page.getByText(state.shows).first().waitFor();
  await panel.page.waitForFunction(() =>
    [...document.querySelectorAll('.code-block pre')].every((code) => code.querySelector('[class^="code-"]')),
  );
}
