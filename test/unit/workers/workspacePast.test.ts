import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { access, chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { WorkspaceSearch } from '../../../src/workers/workspaceSearch.ts';

describe('What git knows of a workspace', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'causeway-past-'));
    git('init', '--quiet', '--initial-branch=main');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.com', '-C', folder, ...args]);
  const commit = async (subject: string, files: Record<string, string>) => {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
      await writeFile(path.join(folder, name), text);
    }
    git('add', '--all');
    git('commit', '--quiet', '--message', subject);
  };
  const asked = async (search: WorkspaceSearch, mayAskGit: boolean, folders = [folder]) => {
    const request = { question: 'quokkaflux', limit: 5, folders, openFiles: [], mayAskGit };
    return (await search.search(request)).passages.map((passage) => passage.path);
  };

  it('finds a file by what a commit said of it', async () => {
    await commit('start', { 'a.ts': 'run();\n', 'b.ts': 'walk();\n' });
    await commit('tame the quokkaflux', { 'b.ts': 'walk(1);\n' });
    assert.deepEqual(await asked(new WorkspaceSearch(), true), ['b.ts']);
  });

  it('is not asked where the workspace is not trusted', async () => {
    await commit('tame the quokkaflux', { 'b.ts': 'walk(1);\n' });
    assert.deepEqual(await asked(new WorkspaceSearch(), false), []);
  });

  it('is read anew after a commit', async () => {
    await commit('start', { 'b.ts': 'walk();\n' });
    const search = new WorkspaceSearch();
    assert.deepEqual(await asked(search, true), []);
    await commit('tame the quokkaflux', { 'b.ts': 'walk(1);\n' });
    assert.deepEqual(await asked(search, true), ['b.ts']);
  });

  it('belongs to the folder that is open, also below the repository and beside another', async () => {
    await commit('tame the quokkaflux', { 'one/a.ts': 'run();\n', 'two/b.ts': 'walk();\n' });
    const one = path.join(folder, 'one');
    assert.deepEqual(await asked(new WorkspaceSearch(), true, [one]), ['a.ts']);
    assert.deepEqual((await asked(new WorkspaceSearch(), true, [one, path.join(folder, 'two')])).sort(), [
      'one/a.ts',
      'two/b.ts',
    ]);
  });

  it('is missing without harm where there is no repository and no commit', async () => {
    assert.deepEqual(await asked(new WorkspaceSearch(), true), []);
    await rm(path.join(folder, '.git'), { recursive: true });
    await writeFile(path.join(folder, 'a.ts'), 'quokkaflux();\n');
    assert.deepEqual(await asked(new WorkspaceSearch(), true), ['a.ts']);
  });

  it('runs no program that the settings of a repository name', async function () {
    if (process.platform === 'win32') this.timeout(10_000);
    const trap = path.join(folder, '.git', 'trap.sh');
    const sprung = path.join(folder, '.git', 'sprung');
    await writeFile(trap, `#!/bin/sh\ntouch '${sprung}'\n`);
    await chmod(trap, 0o755);
    await commit('start', { 'a.ts': 'run();\n' });
    // A commit that claims a signature, so that showing it would call the program.
    const signed = `tree ${git('rev-parse', 'HEAD^{tree}').toString().trim()}
author A <a@example.com> 1700000000 +0000
committer A <a@example.com> 1700000000 +0000
gpgsig -----BEGIN PGP SIGNATURE-----
 
 x
 -----END PGP SIGNATURE-----

tame the quokkaflux
`;
    const hash = execFileSync('git', ['-C', folder, 'hash-object', '-t', 'commit', '-w', '--stdin'], {
      input: signed,
    });
    git('update-ref', 'HEAD', hash.toString().trim());
    for (const [name, value] of [
      ['log.showSignature', 'true'],
      ['gpg.program', trap],
      ['core.pager', trap],
      ['core.fsmonitor', trap],
      ['diff.external', trap],
    ] as const) {
      git('config', name, value);
    }
    assert.deepEqual(await asked(new WorkspaceSearch(), true), ['a.ts']);
    await assert.rejects(access(sprung));
  });
});
