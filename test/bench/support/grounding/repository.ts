/** A git checkout or a bare repository read through git alone: commits, trees and texts as of any commit. */
import { spawnSync } from 'node:child_process';

/** Bytes that git may answer with at once; a tree of a hundred thousand files has some ten million. */
const mostOutput = 1 << 30;

export interface Commit {
  hash: string;
  parent: string;
  subject: string;
}

/** A run of lines from 1, both ends included. */
export interface LineRange {
  path: string;
  start: number;
  end: number;
}

export class Repository {
  readonly path: string;
  readonly #texts = new Map<string, Uint8Array>();

  constructor(path: string) {
    this.path = path;
  }

  /** What git prints. Throws when it fails, with git's own words. */
  git(args: readonly string[], input?: string): Buffer {
    const { status, stdout, stderr } = spawnSync(
      'git',
      ['-c', 'core.quotePath=false', '-C', this.path, ...args],
      {
        maxBuffer: mostOutput,
        ...(input === undefined ? {} : { input }),
      },
    );
    if (status !== 0) throw new Error(`git ${args[0]} in ${this.path}: ${String(stderr)}`);
    return stdout;
  }

  /** The commits of the main line, newest first, but for the first one, which has no parent. */
  mainLine(): Commit[] {
    return this.git(['log', '--first-parent', '--format=%H%x1f%P%x1f%s', 'HEAD'])
      .toString()
      .split('\n')
      .flatMap((line) => {
        const [hash = '', parents = '', subject = ''] = line.split('\x1f');
        const parent = parents.split(' ')[0];
        return parent ? [{ hash, parent, subject }] : [];
      });
  }

  /** Hashes of the texts of a commit's tree by path; links and submodules are left out. */
  tree(commit: string): Map<string, string> {
    const files = new Map<string, string>();
    for (const line of this.git(['ls-tree', '-r', '-z', commit]).toString().split('\0')) {
      const [, hash, path] = /^100\d+ blob (\w+)\t(.+)$/s.exec(line) ?? [];
      if (hash !== undefined && path !== undefined) files.set(path, hash);
    }
    return files;
  }

  /** The bytes behind hashes, each read once. */
  texts(hashes: Iterable<string>): ReadonlyMap<string, Uint8Array> {
    const wanted = [...new Set(hashes)].filter((hash) => !this.#texts.has(hash));
    if (wanted.length > 0) {
      const answer = this.git(['cat-file', '--batch'], `${wanted.join('\n')}\n`);
      for (let at = 0; at < answer.length; ) {
        const end = answer.indexOf(10, at);
        const [hash = '', kind, size] = answer.toString('latin1', at, end).split(' ');
        // A snapshot may lack its largest files; what it lacks has no bytes to skip.
        const length = kind === 'missing' ? -1 : Number(size);
        if (length >= 0) this.#texts.set(hash, answer.subarray(end + 1, end + 1 + length));
        at = end + 2 + length;
      }
    }
    return this.#texts;
  }

  /** Files that a commit changed and that were there before, by their names before it. */
  changed(commit: Commit): string[] {
    return this.git(['diff-tree', '-r', '-M', '--name-status', commit.parent, commit.hash])
      .toString()
      .split('\n')
      .flatMap((line) => {
        const [status = '', path] = line.split('\t');
        return path !== undefined && /^[MDR]/.test(status) ? [path] : [];
      });
  }

  /** Lines that a commit changed in files as they were before it; an insertion counts as the line it stands behind. */
  changedLines(commit: Commit, paths: readonly string[]): LineRange[] {
    const ranges: LineRange[] = [];
    let path = '';
    const diff = this.git(['diff-tree', '-r', '-M', '-p', '-U0', commit.parent, commit.hash]).toString();
    for (const line of diff.split('\n')) {
      const from = /^--- (?:a\/(.*)|\/dev\/null)$/.exec(line);
      if (from) path = from[1] ?? '';
      const hunk = /^@@ -(\d+)(?:,(\d+))? \+/.exec(line);
      if (!hunk || !paths.includes(path)) continue;
      const start = Math.max(1, Number(hunk[1]));
      ranges.push({ path, start, end: start + Math.max(1, Number(hunk[2] ?? 1)) - 1 });
    }
    return ranges;
  }
}
