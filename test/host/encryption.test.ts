import assert from 'node:assert/strict';
import { until } from '../support/vscode/until.ts';
import { withSessions } from './support/sessions.ts';
import { closeEditors, run, set, show, started, write } from './support/window.ts';

/** How the database is for somebody who has no key. */
const modeWithoutKey = () => withSessions(async (sessions) => (await sessions.status()).mode);

describe('Encryption of the sessions on disk', () => {
  before(async () => {
    await started();
    await write('said.txt', 'some words\n');
    await show('said.txt', 1, 1);
    await run('causeway.explain');
  });
  after(async () => {
    await set('encryptSessions', undefined);
    await closeEditors();
  });

  it('follows its setting at once, and everything goes on', async () => {
    assert.equal(await modeWithoutKey(), 'normal');
    await set('encryptSessions', true);
    await until('the sessions to be locked to others', async () => (await modeWithoutKey()) === 'locked');
    await run('causeway.explain');
    await set('encryptSessions', false);
    await until('the sessions to be in plain again', async () => (await modeWithoutKey()) === 'normal');
    await until('what was said to be found', async () =>
      withSessions(async (sessions) => (await sessions.search('explain code')).length > 0),
    );
  });
});
