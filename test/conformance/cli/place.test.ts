import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startForeignProgram } from '../bridge/processes.ts';
import { type Cli, openCli, sessionIn } from './support.ts';

/** No other suite uses this port. */
const foreignPort = 62420;

describe('where causeway finds sessions', () => {
  let cli: Cli;
  beforeEach(async () => {
    cli = await openCli();
  });
  afterEach(() => cli.close());

  const records = () => {
    const folder = join(cli.stateDir, 'data-folders');
    return readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]);
  };

  it('is its own data without an editor, where an editor that starts later stays the last used one', async () => {
    await cli.output(['ask', 'Once']);
    const before = records();
    assert.equal(before.length, 1);
    await cli.output(['ask', 'Again']);
    assert.deepEqual(records(), before);
    assert.equal((await cli.output(['sessions', 'list', '--json'])).trim().split('\n').length, 2);
  });

  it("is the editor's own data, for a folder the editor knows and for one nobody knows", async () => {
    // Another state folder stands for that of an editor; then the editor says where it keeps its data.
    const editor = join(cli.stateDir, '..', 'editor');
    const env = { CAUSEWAY_STATE_DIR: editor };
    const id = sessionIn((await cli.run(['ask', 'Asked in the editor'], { env })).stderr);
    mkdirSync(join(cli.stateDir, 'data-folders'), { recursive: true, mode: 0o700 });
    writeFileSync(
      join(cli.stateDir, 'data-folders', 'editor.json'),
      JSON.stringify({ path: join(editor, 'data'), product: 'Visual Studio Code', lastUsedAt: 1 }),
    );
    const before = records();
    assert.match(await cli.output(['sessions', 'show', id]), /^Asked in the editor\n/);
    const cwd = join(cli.stateDir, '..', 'projects', 'new');
    mkdirSync(cwd);
    const other = sessionIn((await cli.run(['ask', 'Asked outside'], { cwd })).stderr);
    assert.match(await cli.output(['sessions', 'show', other], { cwd, env }), /^Asked outside\n/);
    assert.deepEqual(records(), before);
  });

  it('is no program that sits where the bridge was: it gets no token, and the question is answered', async () => {
    const ownerToken = 'owner-token-that-nobody-else-may-see-0123';
    const foreign = await startForeignProgram(foreignPort, { ok: true, name: 'causeway' });
    try {
      const bridges = join(cli.stateDir, 'bridges');
      mkdirSync(bridges, { recursive: true, mode: 0o700 });
      writeFileSync(
        join(bridges, 'left-over.json'),
        JSON.stringify({
          port: foreignPort,
          pid: process.pid,
          startedAt: 0,
          workspaceId: 'one',
          workspaceName: 'sample-workspace',
          folders: [cli.folder],
          ownerToken,
          role: 'owner',
        }),
        { mode: 0o600 },
      );
      const { code, stdout, stderr } = await cli.run(['ask', 'What does the sweeper remove?']);
      assert.equal(code, 0);
      assert.match(stdout, /^No model is set\. These passages/);
      assert.match(stderr, /is not Causeway's bridge\. No token was sent to it\./);
      assert.match(await cli.output(['status']), /no answer/);
      assert.equal(foreign.heads.length, 2);
      assert.ok(!foreign.heads.join().includes(ownerToken));
    } finally {
      await foreign.close();
    }
  });
});
