import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { commands, extensions, Uri } from 'vscode';
import { sentDiff } from '../../src/host/sentDiff.ts';
import { StayingOut } from '../../src/host/stayingOut.ts';
import { ignoredFiles } from '../../src/workers/ignoredFiles.ts';
import { answer } from '../support/anthropic/script.ts';
import { until } from '../support/vscode/until.ts';
import { type Claude, startClaude } from './support/claude.ts';
import { sessionIds } from './support/sessions.ts';
import { closeEditors, folder, run, show, started, write } from './support/window.ts';

interface Repository {
  rootUri: Uri;
  inputBox: { value: string };
}
interface Git {
  openRepository(root: Uri): Promise<Repository | null>;
}

/** Undefined where the git extension does not start, as in builds of VS Code that lack a part of it. */
const gitApi = await (async () => {
  try {
    const extension = extensions.getExtension<{ getAPI(version: 1): Git }>('vscode.git');
    return (await extension?.activate())?.getAPI(1);
  } catch {
    return undefined;
  }
})();

const execute = promisify(execFile);
const git = (...args: string[]) =>
  execute('git', ['-c', 'user.name=Suite', '-c', 'user.email=suite@example.org', ...args], {
    cwd: folder().fsPath,
  });

function withGit(api: Git): void {
  describe('A commit message', () => {
    let claude: Claude;
    let repository: Repository;
    before(async () => {
      await started();
      claude = await startClaude();
      await git('init', '--quiet');
      await git('add', '.');
      await git('commit', '--quiet', '--message', 'Begin');
      repository = await until('the repository', () => api.openRepository(folder()));
    });
    beforeEach(async () => {
      repository.inputBox.value = '';
      // The editor echoes what is set; after a call that follows it, the echo is over.
      await commands.executeCommand('setContext', 'causeway.suite', true);
      await git('reset', '--quiet', '--hard');
    });
    afterEach(closeEditors);
    after(async () => {
      await claude.close();
      await commands.executeCommand('git.close', repository);
      await rm(join(folder().fsPath, '.git'), { recursive: true, force: true });
    });

    it('is written for what is staged, and for nothing else', async () => {
      await write('src/bytes.ts', '// staged canary\n');
      await git('add', 'src/bytes.ts');
      await write('src/expiry.ts', '// unstaged canary\n');
      claude.fake.enqueue(answer('```\nShorten bytes\n```'));
      await run('causeway.generateCommitMessage');
      assert.equal(repository.inputBox.value, 'Shorten bytes');
      assert.match(claude.lastSent(), /staged canary/);
      assert.ok(!claude.lastSent().includes('unstaged canary'));
    });

    it('is written for what is changed where nothing is staged', async () => {
      await write('src/expiry.ts', '// unstaged canary\n');
      claude.fake.enqueue(answer('Shorten expiry\n\nIt was long.'));
      await run('causeway.generateCommitMessage');
      assert.equal(repository.inputBox.value, 'Shorten expiry\n\nIt was long.');
      assert.match(claude.lastSent(), /unstaged canary/);
    });

    it('sends nothing of files that hold secrets, nor what is open', async () => {
      await show('README.md');
      await write('.env.local', 'TOKEN=canary-of-the-diff\n');
      await write('src/bytes.ts', '// staged canary\n');
      await git('add', '--force', '.env.local', 'src/bytes.ts');
      claude.fake.enqueue(answer('Add a setting'));
      await run('causeway.generateCommitMessage');
      assert.equal(repository.inputBox.value, 'Add a setting');
      assert.ok(!claude.lastSent().includes('canary-of-the-diff'));
      assert.ok(!claude.lastSent().includes('file-upload service'));
    });

    it('sends nothing of files that are excluded, wherever they lie', async () => {
      await write('private/.causewayignore', '*.md\n');
      for (const name of ['private/own.md', 'private/with a space.md', 'private/Gehälter.md'])
        await write(name, 'canary-of-an-excluded-file\n');
      await write('src/bytes.ts', '// staged canary\n');
      await git('add', '--force', 'private', 'src/bytes.ts');
      claude.fake.enqueue(answer('Add a list'));
      await run('causeway.generateCommitMessage');
      assert.match(claude.lastSent(), /staged canary/);
      assert.ok(!claude.lastSent().includes('canary-of-an-excluded-file'));
    });

    it('leaves no session behind', async () => {
      await write('src/bytes.ts', '// canary of the session\n');
      await show('src/bytes.ts', 1, 1);
      claude.fake.enqueue(answer('A comment.'));
      await run('causeway.explain');
      const before = await sessionIds();
      claude.fake.enqueue(answer('Shorten bytes'));
      await run('causeway.generateCommitMessage');
      assert.deepEqual(await sessionIds(), before);
    });

    it('leaves the box as it was where there is nothing to commit', async () => {
      repository.inputBox.value = 'My own words';
      const before = claude.count();
      await run('causeway.generateCommitMessage');
      assert.equal(repository.inputBox.value, 'My own words');
      assert.equal(claude.count(), before);
    });

    for (const [what, behaviour] of [
      ['is cut off', { ...answer('Shorten by'), stopReason: 'max_tokens' }],
      ['declines', { ...answer(''), stopReason: 'refusal' }],
      ['answers nothing', answer('```\n```')],
    ] as const) {
      it(`leaves the box as it was where the model ${what}`, async () => {
        await write('src/bytes.ts', '// changed\n');
        repository.inputBox.value = 'My own words';
        claude.fake.enqueue(behaviour);
        await run('causeway.generateCommitMessage');
        assert.equal(repository.inputBox.value, 'My own words');
      });
    }

    it('leaves the box as it was where the model fails', async () => {
      await write('src/bytes.ts', '// changed\n');
      repository.inputBox.value = 'My own words';
      claude.fake.enqueue({ kind: 'error', status: 400, message: 'no' });
      await run('causeway.generateCommitMessage');
      assert.equal(repository.inputBox.value, 'My own words');
    });
  });
}

function withoutGit(): void {
  describe('A commit message where git does not work', () => {
    it('is not asked for', async () => {
      await started();
      const claude = await startClaude();
      await run('causeway.generateCommitMessage');
      assert.equal(claude.count(), 0);
      await claude.close();
    });
  });
}

describe('A diff that is sent', () => {
  it('has all of a repository that is larger than the window’s folder, but for what stays out', async () => {
    await started();
    const path = folder().fsPath;
    const part = (name: string) =>
      `diff --git a/${name} b/${name}\n--- a/${name}\n+++ b/${name}\n@@ -1 +1 @@\n-a\n+line of ${name}\n`;
    const within = `${basename(path)}/src/a.ts`;
    const diff = part(within) + part('beside/b.ts') + part(`${basename(path)}/.env`);
    const sent = await sentDiff(new StayingOut({ ignoredFiles }), Uri.file(dirname(path)), diff);
    assert.ok(sent.includes(`line of ${within}`) && sent.includes('line of beside/b.ts'));
    assert.ok(!sent.includes('/.env\n@@'), 'what holds secrets is left out');
  });
});

if (gitApi) withGit(gitApi);
else withoutGit();
