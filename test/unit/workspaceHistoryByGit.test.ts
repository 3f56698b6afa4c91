import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WorkspacePlace } from '../../src/core/tools/workspace/sources.ts';
import { workspaceHistory } from '../../src/workspaceHistoryByGit.ts';
import { type WorkspaceFolder, workspaceFolder } from '../support/workspaceFolder.ts';

describe('The history of the workspace', () => {
  let folder: WorkspaceFolder;
  const signal = new AbortController().signal;
  const place = (path: string, isFolder = false): WorkspacePlace => ({
    uri: `file://${join(folder.path, path)}`,
    path,
    real: join(folder.path, path),
    isFolder,
  });
  const subjects = async (at?: WorkspacePlace, words?: string, most = 10): Promise<string[]> => {
    const commits = await workspaceHistory(() => [folder.path]).log(at, {
      most,
      signal,
      ...(words === undefined ? {} : { words }),
    });
    return commits.map(({ subject }) => subject);
  };

  beforeEach(() => {
    folder = workspaceFolder({ 'src/a.ts': 'one\ntwo\n' });
    folder.git('init', '-q');
    folder.commit('feat: begin');
    folder.write({ 'src/a.ts': 'one\nTWO\n', 'src/[b].ts': 'b\n' });
    folder.commit('fix(a): shout (#12)');
    folder.write({ 'readme.md': 'hello\n' });
    folder.commit('docs: hello');
  });
  afterEach(() => folder.remove());

  it('is told newest first, of everything, a folder, a file, or by words of the message', async () => {
    assert.deepEqual(await subjects(), ['docs: hello', 'fix(a): shout (#12)', 'feat: begin']);
    assert.deepEqual(await subjects(place('src', true)), ['fix(a): shout (#12)', 'feat: begin']);
    assert.deepEqual(await subjects(place('src/[b].ts')), ['fix(a): shout (#12)']);
    assert.deepEqual(await subjects(undefined, 'SHOUT (#'), ['fix(a): shout (#12)']);
    assert.deepEqual(await subjects(undefined, undefined, 1), ['docs: hello']);
  });

  it('takes words that look like options, and names that do, as what they are', async () => {
    assert.deepEqual(await subjects(undefined, '--output=/tmp/x'), []);
    folder.write({ '--help': 'x\n' });
    folder.commit('chore: odd name');
    assert.deepEqual(await subjects(place('--help')), ['chore: odd name']);
  });

  it('says of each line who wrote it and why, as the newest commit has it', async () => {
    folder.write({ 'src/a.ts': 'not\ncommitted\n' });
    const lines = await workspaceHistory(() => [folder.path]).blame(place('src/a.ts'), {
      startLine: 1,
      endLine: 2,
      signal,
    });
    assert.deepEqual(
      lines.map(({ line, text, author, subject }) => [line, text, author, subject]),
      [
        [1, 'one', 'Ada', 'feat: begin'],
        [2, 'TWO', 'Ada', 'fix(a): shout (#12)'],
      ],
    );
  });

  it('runs nothing that the repository names', async () => {
    const ran = join(folder.path, 'ran');
    const script = join(folder.path, 'run.sh');
    writeFileSync(script, `#!/bin/sh\ntouch '${ran}'\ncat\n`, { mode: 0o755 });
    for (const [name, value] of [
      ['core.fsmonitor', script],
      ['core.pager', script],
      ['pager.log', script],
      ['log.showSignature', 'true'],
      ['gpg.program', script],
      ['diff.external', script],
      ['diff.x.textconv', script],
      ['diff.x.command', script],
      ['filter.x.clean', script],
      ['filter.x.smudge', script],
    ] as const)
      folder.git('config', name, value);
    folder.write({ '.gitattributes': '* diff=x filter=x\n' });
    await subjects(place('src/a.ts'));
    const blamed = await workspaceHistory(() => [folder.path]).blame(place('src/a.ts'), {
      startLine: 1,
      endLine: 2,
      signal,
    });
    const committed = await workspaceHistory(() => [folder.path]).committed(place('src/a.ts'), signal);
    assert.equal(committed.split('\n')[1], 'TWO');
    assert.deepEqual([blamed.length, existsSync(ran)], [2, false]);
  });

  it('says why where there is none, and stops when it is told to', async () => {
    const bare = workspaceFolder({ 'a.txt': 'a' });
    const history = workspaceHistory(() => [bare.path]);
    await assert.rejects(history.log(undefined, { most: 1, signal }), { code: 'history_unavailable' });
    bare.remove();
    await assert.rejects(
      workspaceHistory(() => [folder.path]).blame(place('src/a.ts'), { startLine: 90, endLine: 91, signal }),
      {
        code: 'history_unavailable',
      },
    );
    await assert.rejects(
      workspaceHistory(() => [folder.path]).blame(place('src/a.ts'), {
        startLine: 1,
        endLine: 1,
        signal: AbortSignal.abort(),
      }),
      {
        name: 'AbortError',
      },
    );
  });
});
