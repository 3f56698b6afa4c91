import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { indexFolder, sessionDatabaseFile } from '../../../src/store/dataFolders.ts';
import { openSessionStore } from '../../../src/store/openSessionStore.ts';
import { workerUrl } from '../../support/core.ts';
import { type Cli, jsonLines, openCli, sessionIn } from './support.ts';

async function openWithSession(): Promise<{ cli: Cli; id: string }> {
  const cli = await openCli();
  const { stderr } = await cli.run(['ask', 'What does the sweeper remove?']);
  return { cli, id: sessionIn(stderr) };
}

describe('causeway sessions', () => {
  let cli: Cli;
  let id: string;
  before(async () => {
    ({ cli, id } = await openWithSession());
  });
  after(() => cli.close());

  const sessions = (...args: string[]) => cli.output(['sessions', ...args]);

  it('lists a session with its time, size, door and title', async () => {
    const [heads, row, ...more] = (await sessions('list')).trimEnd().split('\n');
    assert.match(heads ?? '', /^ID +CHANGED +ENTRIES +SIZE +FROM +TITLE$/);
    assert.match(
      row ?? '',
      new RegExp(
        `^${id.slice(0, 8)} +\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d +2 +[\\d.]+ KB +cli +What does the sweeper remove\\?$`,
      ),
    );
    assert.deepEqual(more, []);
  });

  it('shows the conversation', async () => {
    assert.match(
      await sessions('show', id.slice(0, 8)),
      /^What does the sweeper remove\?\n.*\nYou, .*\noffline\/quotes, .*No model is set/s,
    );
  });

  it('finds words anywhere in the transcripts', async () => {
    const hits = jsonLines(await sessions('search', '--json', 'sweeper'));
    assert.ok(hits.length > 0 && hits.every(({ sessionId }) => sessionId === id));
    assert.match((await cli.run(['sessions', 'search', 'zebra'])).stderr, /No session has these words/);
  });

  it('purges nothing unless it is told twice', async () => {
    const { code, stderr } = await cli.run(['sessions', 'purge', id]);
    assert.equal(code, 2);
    assert.match(stderr, /add --yes/);
    assert.equal(jsonLines(await sessions('list', '--json'))[0]?.id, id);
  });

  it('imports nothing of a file with a broken line, and names the line', async () => {
    const exported = await sessions('export', id);
    const { code, stderr } = await cli.run(['sessions', 'import', '-'], { input: `${exported}{"kind":` });
    assert.equal(code, 1);
    assert.match(stderr, /^causeway: Line 4 of the import is not an entry/);
    assert.equal(jsonLines(await sessions('list', '--json')).length, 1);
  });
});

describe('causeway sessions that changes them', () => {
  let cli: Cli;
  let id: string;
  beforeEach(async () => {
    ({ cli, id } = await openWithSession());
  });
  afterEach(() => cli.close());

  const sessions = (...args: string[]) => cli.output(['sessions', ...args]);

  it('brings back by import, byte for byte, what was exported and purged', async () => {
    await sessions('rename', id, 'The', 'sweeper');
    const exported = await sessions('export', id);
    await sessions('purge', id, '--yes');
    assert.equal((await cli.run(['sessions', 'show', id])).code, 1);
    const file = join(cli.stateDir, 'session.jsonl');
    writeFileSync(file, exported);
    assert.equal((await sessions('import', file)).trim(), id);
    assert.equal(await sessions('export', id), exported);
    assert.match(await sessions('list'), / The sweeper$/m);
  });

  it('moves to the trash and back', async () => {
    await sessions('trash', id);
    assert.equal(await sessions('list', '--json'), '');
    assert.equal(jsonLines(await sessions('list', '--trashed', '--json'))[0]?.id, id);
    const asked = await cli.run(['ask', '--session', id, 'more']);
    assert.equal(asked.code, 2);
    assert.match(asked.stderr, /a session outside the trash/);
    await sessions('restore', id);
    assert.equal(jsonLines(await sessions('list', '--json'))[0]?.id, id);
  });

  it('says that sessions are encrypted when their key is not here, and changes nothing', async () => {
    const [session] = jsonLines(await sessions('list', '--json'));
    const workspaceId = String(session?.workspaceId);
    const file = sessionDatabaseFile(join(cli.stateDir, 'data'), workspaceId);
    const index = indexFolder(join(cli.stateDir, 'data'), workspaceId);
    await cli.output(['ask', 'What does the sweeper remove?']);
    assert.ok(readdirSync(index).includes('catalog'));
    const store = openSessionStore({ file, workspaceId, workerUrl: workerUrl('store') });
    await store.setEncryption(randomBytes(32));
    await store.close();
    for (const args of [
      ['sessions', 'list'],
      ['ask', 'more'],
      ['ask', '--continue', 'more'],
    ]) {
      const { code, stdout, stderr } = await cli.run(args);
      assert.deepEqual({ code, stdout }, { code: 1, stdout: '' });
      assert.match(stderr, /^causeway: These sessions are encrypted and their key is not in the keyring\./);
    }
    // Words of the workspace do not lie in plain beside them.
    assert.equal(existsSync(index), false);
  });
});
