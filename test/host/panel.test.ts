import assert from 'node:assert/strict';
import { commands } from 'vscode';
import { until } from '../support/vscode/until.ts';
import { withSessions } from './support/sessions.ts';
import { closeEditors, run, show, started, write } from './support/window.ts';

/** What is attached to the draft of the session that was made last. */
const attached = (): Promise<string[]> =>
  withSessions(async (sessions) => {
    const drafts = await Promise.all(
      (await sessions.list({ limit: 20 })).map(({ id }) => sessions.draft(id)),
    );
    return drafts.flatMap((draft) => draft?.attachments ?? []).map(({ text }) => text.trim());
  });

describe('The panel', () => {
  before(async () => {
    await started();
    await write('lines.txt', 'first line\nsecond line\nthird line\n');
  });
  afterEach(closeEditors);

  it('takes a selection into the draft, also when it was never open', async () => {
    await show('lines.txt', 1, 1);
    await run('causeway.addSelectionToChat');
    await until('the selection in the draft', async () => (await attached()).includes('first line'));
  });

  it('takes a selection while it is hidden behind another view', async () => {
    await run('causeway.focusInput');
    await commands.executeCommand('workbench.view.explorer');
    await show('lines.txt', 2, 2);
    await run('causeway.addSelectionToChat');
    await until('the second selection in the draft', async () => (await attached()).includes('second line'));
    assert.ok((await attached()).includes('first line'), 'What was in the draft before is gone.');
  });

  it('takes a selection while the side bar is closed', async () => {
    await commands.executeCommand('workbench.action.closeSidebar');
    await show('lines.txt', 3, 3);
    await run('causeway.addSelectionToChat');
    await until('the third selection in the draft', async () => (await attached()).includes('third line'));
  });

  it('shows another session once the one it shows is deleted for good by another window', async () => {
    await show('lines.txt', 1, 1);
    await run('causeway.newSession');
    await run('causeway.explain');
    const said = () =>
      withSessions(async (sessions) => (await sessions.list()).filter(({ entryCount }) => entryCount > 0));
    const [deleted, ...others] = await said();
    assert.ok(deleted);
    await withSessions((sessions) => sessions.purge(deleted.id));
    const total = others.reduce((sum, { entryCount }) => sum + entryCount, 0);
    await until('an answer in another session', async () => {
      await run('causeway.explain');
      return (await said()).reduce((sum, { entryCount }) => sum + entryCount, 0) > total;
    });
  });

  it('follows all commands that move within it', async () => {
    for (const command of [
      'causeway.focusInput',
      'causeway.focusLastAnswer',
      'causeway.nextTurn',
      'causeway.previousTurn',
      'causeway.nextCodeBlock',
      'causeway.previousCodeBlock',
      'causeway.findInSession',
      'causeway.searchSessions',
    ] as const) {
      await run(command);
    }
  });
});
