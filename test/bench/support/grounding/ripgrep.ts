/** What a search for the question's words finds: files by how many of their lines hold one of them. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { rgPath } from '@vscode/ripgrep';
import { isStopWord, terms } from '../../../../src/core/grounding/terms.ts';
import type { Answer } from './measures.ts';
import { byScore } from './plainBm25.ts';
import type { System } from './system.ts';

export class Ripgrep implements System {
  readonly name = 'ripgrep';
  readonly #folder = mkdtempSync(join(tmpdir(), 'causeway-ripgrep-'));

  take(changes: ReadonlyMap<string, string | undefined>): void {
    for (const [path, text] of changes) {
      const file = join(this.#folder, path);
      rmSync(file, { recursive: true, force: true });
      if (text === undefined) continue;
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
  }

  rank(question: string): Answer {
    const words = (question.match(/[\p{L}\p{N}_]+/gu) ?? []).filter(
      (word) => word.length > 1 && !terms(word).every((term) => isStopWord(term)),
    );
    if (words.length === 0) return { files: [], chunks: undefined };
    const found = spawnSync(
      rgPath,
      [
        '--count',
        '--ignore-case',
        '--fixed-strings',
        '--no-config',
        '--no-ignore',
        '--hidden',
        '--null',
      ].concat(
        words.flatMap((word) => ['-e', word]),
        '.',
      ),
      { cwd: this.#folder, encoding: 'utf8', maxBuffer: 1 << 28 },
    );
    if (found.error) throw found.error;
    const counts = new Map<string, number>();
    for (const line of found.stdout.split('\n')) {
      const [path, count] = line.split('\0');
      if (path && count) counts.set(path.replace(/^\.\//, ''), Number(count));
    }
    return { files: byScore(counts), chunks: undefined };
  }

  close(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
