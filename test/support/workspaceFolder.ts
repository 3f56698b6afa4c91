/** A folder with files, and if wanted a repository whose commits are made by the git that is installed. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface WorkspaceFolder {
  readonly path: string;
  write(files: Readonly<Record<string, string>>): void;
  git(...args: string[]): string;
  /** Everything there is, by an author who is always the same. */
  commit(subject: string): void;
  remove(): void;
}

export function workspaceFolder(files: Readonly<Record<string, string>> = {}): WorkspaceFolder {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'causeway-folder-')));
  const git = (...args: string[]): string =>
    execFileSync('git', ['-C', path, ...args], {
      encoding: 'utf8',
      env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' },
    });
  const write = (added: Readonly<Record<string, string>>): void => {
    for (const [name, text] of Object.entries(added)) {
      mkdirSync(dirname(join(path, name)), { recursive: true });
      writeFileSync(join(path, name), text);
    }
  };
  write(files);
  return {
    path,
    write,
    git,
    commit(subject) {
      git('add', '--all');
      git('-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', 'commit', '-q', '-m', subject);
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}
