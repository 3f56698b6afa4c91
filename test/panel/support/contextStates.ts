/** States of the screens that show what is sent and what a session remembers. */
import { contextNext, contextSent, frame, fullMemory, memory, tasks, unmasked } from './contextSamples.ts';
import type { PanelPage } from './panelPage.ts';
import { answer, id, session, start, status, turns, user, view } from './samples.ts';
import type { State } from './states.ts';

const chat = () => ({ status: status(), view: view({ entries: turns(2) }) });
const toMemory = (panel: PanelPage) => panel.push({ type: 'navigate', to: 'memory' });
const button = (panel: PanelPage, name: string | RegExp) => panel.page.getByRole('button', { name }).first();

export const contextStates: State[] = [
  {
    name: 'context-next',
    answers: {
      ready: () => ({
        status: status(),
        view: view({
          entries: turns(2),
          draft: {
            text: 'Why?',
            attachments: [],
            excluded: [{ id: 'open:chunks', label: 'src/chunks.ts' }],
            pinned: [{ entryId: id(2, 40), label: 'Turn of 14 March, 09:12' }],
            replaced: [{ partId: 'memory:AGENTS.md', label: 'AGENTS.md', text: 'Be brief.' }],
          },
        }),
      }),
    },
    shows: 'Masked: 1 × AWS access key',
    act: async (panel) => {
      await panel.page.click('#meter');
    },
  },
  {
    name: 'context-unmasked',
    answers: {
      ready: chat,
      context: () => unmasked(contextNext()),
    },
    shows: '2 secrets are in what would be sent.',
    act: async (panel) => {
      await panel.page.click('#meter');
    },
  },
  {
    name: 'context-sent',
    answers: {
      ready: () => ({
        status: status(),
        view: view({ entries: [user(1, 'Why?'), answer(1, 'Because.')] }),
      }),
      context: contextSent,
      contextText: () => ({
        text: 'const delays = [100, 200, 400];\n\nexport async function retry<T>(work: () => Promise<T>): Promise<T> {\n  return work();\n}\n',
      }),
    },
    shows: 'export async function retry',
    act: async (panel) => {
      await panel.page.getByRole('button', { name: 'What was sent in this turn' }).click();
      await button(panel, /retry\.ts/).click();
    },
  },
  {
    name: 'context-edit',
    answers: {
      ready: chat,
      context: () => contextNext({ secrets: [] }),
      contextText: () => ({ text: 'Do not add a test framework.\nWrite short functions.\n' }),
    },
    shows: 'Edited for the next turn',
    act: async (panel) => {
      await panel.page.click('#meter');
      await button(panel, 'Edit AGENTS.md for the next turn').click();
      await panel.page.getByRole('textbox', { name: 'Edit AGENTS.md' }).fill('Write short functions.\n');
    },
  },
  {
    name: 'memory-empty',
    answers: { ready: chat },
    shows: 'No task is open.',
    act: toMemory,
  },
  {
    name: 'memory',
    answers: { ready: chat, memory: fullMemory },
    shows: 'Always answer with the shortest change',
    act: async (panel) => {
      await toMemory(panel);
      await panel.page.getByText('Overridden and removed (2)').click();
    },
  },
  {
    name: 'memory-frame',
    answers: { ready: chat, memory: () => memory({ frames: [frame()] }) },
    shows: 'the gateway refuses more than 10 MB',
    act: async (panel) => {
      await toMemory(panel);
      await button(panel, /^32 turns/).click();
    },
  },
  {
    name: 'memory-frame-edit',
    answers: { ready: chat, memory: () => memory({ frames: [frame()] }) },
    shows: 'One to a line: what — why.',
    act: async (panel) => {
      await toMemory(panel);
      await button(panel, 'Edit the frame of 32 turns').click();
    },
  },
  {
    name: 'memory-removed',
    answers: { ready: chat, memory: fullMemory },
    shows: 'Removed: “Always',
    act: async (panel) => {
      await toMemory(panel);
      await button(panel, 'Remove: “Always answer with the shortest change that works.”').click();
    },
  },
  {
    name: 'framed',
    answers: { ready: chat, memory: () => memory({ frames: [frame()] }) },
    shows: '32 older turns are in a frame.',
  },
  {
    name: 'tasks',
    answers: { ready: chat, memory: () => memory({ tasks, profile: 'document analyst' }) },
    shows: 'The service team raises',
    act: async (panel) => {
      await panel.page.locator('.open-task summary').click();
    },
  },
  {
    name: 'tasks-closed',
    answers: {
      ready: chat,
      memory: () =>
        memory({
          tasks: [
            ...tasks,
            { taskId: id(9, 3), at: start, title: 'Document the wire format', state: 'open', steps: [] },
          ],
        }),
    },
    shows: 'Document the wire',
  },
  {
    name: 'memory-read-only',
    answers: {
      ready: () => ({
        status: status(),
        view: view({ session: session({ readOnly: true }), entries: turns(1) }),
      }),
      memory: fullMemory,
    },
    shows: 'Always answer with the shortest change',
    act: toMemory,
  },
];
