import assert from 'node:assert/strict';
import type { PanelResult } from '../../src/protocol/panel.ts';
import { frame, frameWords, fullMemory, memory, tasks } from './support/contextSamples.ts';
import { type PanelPage, Refusal } from './support/panelPage.ts';
import { id, sessionId, status, turns, view } from './support/samples.ts';
import { panelSuite } from './support/suite.ts';

const chat = () => ({ status: status(), view: view({ entries: turns(2) }) });
const button = (panel: PanelPage, name: string | RegExp) => panel.page.getByRole('button', { name });
const focusIs = (panel: PanelPage, wanted: string) =>
  panel.page.waitForFunction((id) => document.activeElement?.id === id, wanted);
const changes = (panel: PanelPage) =>
  panel.asked.flatMap(({ method, params }) =>
    method === 'memoryChange' ? [Reflect.get(Object(params), 'change') as unknown] : [],
  );

describe('what a session remembers', function () {
  this.timeout(60_000);
  const open = panelSuite();
  const remembering = async (of: () => PanelResult<'memory'> = fullMemory) => {
    const panel = await open({ answers: { ready: chat, memory: of } });
    await panel.push({ type: 'navigate', to: 'memory' });
    await panel.page.getByRole('heading', { name: 'Frames', exact: true }).waitFor();
    return panel;
  };

  it('a directive is added by Enter, and the line is empty for the next one', async () => {
    const panel = await remembering();
    const line = panel.page.getByRole('textbox', { name: 'Add a directive' });
    await line.fill('Always be brief.');
    await line.press('Enter');
    await panel.whenAsked('memoryChange');
    assert.deepEqual(changes(panel), [{ type: 'directive.add', text: 'Always be brief.' }]);
    await panel.page.waitForFunction(
      () => document.querySelector<HTMLInputElement>('[aria-label="Add a directive"] input')?.value === '',
    );
  });

  it('a directive that was merged or demoted because all were too long together says so', async () => {
    const panel = await remembering();
    await panel.page.getByText('No longer in every request, because they were too long together').waitFor();
    await panel.page.getByText('Merged from others, because they were too long together').waitFor();
  });

  it('a directive that is refused stays in the line', async () => {
    const full = new Refusal({ code: 'store_full', message: 'The disk is full.', action: 'none' });
    const panel = await open({
      answers: { ready: chat, memory: fullMemory, memoryChange: () => full as never },
    });
    await panel.push({ type: 'navigate', to: 'memory' });
    const line = panel.page.getByRole('textbox', { name: 'Add a directive' });
    await line.fill('Always be brief.');
    await line.press('Enter');
    await panel.page.locator('.banner').getByText('The disk is full.').waitFor();
    assert.equal(await line.inputValue(), 'Always be brief.');
  });

  it('candidates are confirmed, directives edited in place, proposed and used everywhere', async () => {
    const panel = await remembering();
    await button(panel, /^Put into every request: “Prefer async/).click();
    await button(panel, /^Edit: “Always answer/).click();
    const box = panel.page.getByRole('textbox', { name: /^Edit: “Always answer/ });
    await box.fill('Always be brief.');
    await box.press('Enter');
    await focusIs(panel, `edit-${id(8, 1)}`);
    await button(panel, /^Propose for AGENTS\.md: “Always answer/).click();
    await button(panel, /^Use in all my workspaces: “Always answer/).click();
    await panel.whenAsked(
      'memoryChange',
      ({ change }) => change.type === 'directive.promote' && change.to === 'user',
    );
    assert.deepEqual(changes(panel), [
      { type: 'directive.state', directiveId: id(8, 4), state: 'confirmed' },
      { type: 'directive.edit', directiveId: id(8, 1), text: 'Always be brief.' },
      { type: 'directive.promote', directiveId: id(8, 1), to: 'workspace' },
      { type: 'directive.promote', directiveId: id(8, 1), to: 'user' },
    ]);
  });

  for (const { name, text, removed, back } of [
    {
      name: 'of the session',
      text: /^Remove: “Always answer/,
      removed: { type: 'directive.state', directiveId: id(8, 1), state: 'removed' },
      back: { type: 'directive.state', directiveId: id(8, 1), state: 'confirmed' },
    },
    {
      name: 'of all workspaces',
      text: /^Remove: “Write commit/,
      removed: { type: 'directive.remove_user', directiveId: id(8, 3) },
      back: { type: 'directive.restore_user', text: 'Write commit messages in the imperative.' },
    },
  ]) {
    it(`a directive ${name} that is removed can be called back`, async () => {
      const panel = await remembering();
      await button(panel, text).click();
      await button(panel, 'Undo').click();
      await button(panel, 'Undo').waitFor({ state: 'detached' });
      assert.deepEqual(changes(panel), [removed, back]);
    });
  }

  it('a directive that went to all workspaces is there once, and not among the removed', async () => {
    const [one] = fullMemory().directives;
    assert.ok(one);
    const panel = await remembering(() =>
      memory({
        directives: [
          { ...one, state: 'removed' },
          { ...one, scope: 'user' },
        ],
      }),
    );
    assert.equal(await panel.page.getByText(one.text).count(), 1);
    assert.equal(await panel.page.getByText('Overridden and removed').count(), 0);
  });

  it('the focus stays in the list when a directive goes', async () => {
    let now = fullMemory();
    const panel = await remembering(() => now);
    const remove = button(panel, /^Remove: “Always answer/);
    await remove.focus();
    await panel.page.keyboard.press('Enter');
    await panel.whenAsked('memoryChange');
    now = memory({ directives: now.directives.slice(1) });
    await panel.push({ type: 'memoryChanged', sessionId });
    await remove.waitFor({ state: 'detached' });
    await panel.page.waitForFunction(
      () => document.activeElement?.closest('[data-section="directives"]') !== null,
    );
  });

  it('steps are ticked, waited for, dropped and added', async () => {
    const panel = await remembering();
    const section = panel.page.getByRole('region', { name: 'Make uploads resumable' });
    const states = async (act: () => Promise<void>) => {
      const before = changes(panel).length;
      await act();
      await panel.whenAsked('memoryChange', () => changes(panel).length > before);
      const last = changes(panel).at(-1) as { change: { steps: { text: string; state: string }[] } };
      return last.change.steps.map(({ state }) => state);
    };
    const missing = 'Send only the missing chunks';
    assert.deepEqual(await states(() => section.getByRole('checkbox', { name: missing }).press('Space')), [
      'done',
      'done',
      'awaited',
      'dropped',
    ]);
    assert.deepEqual(await states(() => button(panel, `Waits for something: ${missing}`).click()), [
      'done',
      'awaited',
      'awaited',
      'dropped',
    ]);
    assert.deepEqual(await states(() => button(panel, `Drop: ${missing}`).click()), [
      'done',
      'dropped',
      'awaited',
      'dropped',
    ]);
    const line = section.getByRole('textbox', { name: 'Add a step to Make uploads resumable' });
    await line.fill('Test it.');
    assert.deepEqual(await states(() => line.press('Enter')), [
      'done',
      'pending',
      'awaited',
      'dropped',
      'pending',
    ]);
  });

  it('open tasks stand above the input in one line and open to their steps', async () => {
    const panel = await open({ answers: { ready: chat, memory: () => memory({ tasks }) } });
    const summary = panel.page.locator('.open-task summary');
    await summary.waitFor();
    assert.match((await summary.textContent()) ?? '', /Make uploads resumable1 of 3next: Send only/);
    await summary.focus();
    await panel.page.keyboard.press('Enter');
    await panel.page.getByRole('checkbox', { name: 'Send only the missing chunks' }).press('Space');
    const { change } = await panel.whenAsked('memoryChange');
    assert.ok(change.type === 'task');
    assert.equal(change.change.steps?.[1]?.state, 'done');
  });

  it('the note where the turns word for word begin opens the frame, and the way back leads to it', async () => {
    const panel = await open({ answers: { ready: chat, memory: () => memory({ frames: [frame()] }) } });
    await button(panel, '32 older turns are in a frame.').click();
    await panel.page.getByText('Uploads go on where they stopped').waitFor();
    assert.deepEqual(await panel.whenAsked('frameWords'), { sessionId, frameId: id(7, 1) });
    await panel.page.keyboard.press('Escape');
    await panel.page.waitForFunction(() => document.activeElement?.textContent?.startsWith('32 older turns'));
  });

  it('a frame is edited as lists, switched off and written again', async () => {
    const panel = await remembering(() => memory({ frames: [frame()] }));
    await button(panel, 'Edit the frame of 32 turns').click();
    await panel.page.getByRole('textbox', { name: /^Decisions/ }).fill('Chunks of 4 MB — the proxy');
    await button(panel, 'Save').click();
    await button(panel, 'Do not send the frame of 32 turns').click();
    await button(panel, 'Write the frame of 32 turns again').click();
    await panel.whenAsked('memoryChange', ({ change }) => change.type === 'frame.rebuild');
    const [edited, off] = changes(panel) as [PanelChange, PanelChange];
    assert.deepEqual(edited.body?.decisions, [{ what: 'Chunks of 4 MB', why: 'the proxy' }]);
    assert.deepEqual(edited.body?.goals, frameWords.goals);
    assert.deepEqual(off, { type: 'frame.active', frameId: id(7, 1), active: false });
  });

  it('older turns are put into a frame now, or it is said that there are none', async () => {
    const panel = await open({ answers: { ready: chat, memoryChange: () => ({ done: false }) } });
    await panel.push({ type: 'navigate', to: 'memory' });
    await button(panel, 'Put older turns into a frame now').click();
    await panel.page.locator('[aria-live]').getByText('There are no older turns').waitFor();
  });

  it('what changes in another window is shown', async () => {
    let now = memory();
    const panel = await remembering(() => now);
    now = fullMemory();
    await panel.push({ type: 'memoryChanged', sessionId });
    await panel.page.getByText('Always answer with the shortest change that works.').first().waitFor();
  });

  it('the profile is named in the header and chosen by the host', async () => {
    const panel = await open({ answers: { ready: chat, memory: () => memory({ profile: 'tutor' }) } });
    await button(panel, 'Profile: tutor. Choose another').click();
    await panel.whenAsked('pickProfile');
  });
});

interface PanelChange {
  type: string;
  body?: { decisions: unknown; goals: unknown };
}
