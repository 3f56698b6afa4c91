/** What earlier commits say of the files of all folders, read anew when another commit is checked out. */
import path from 'node:path';
import { CommitHistory } from '../core/grounding/commitHistory.ts';
import type { FileScores } from '../core/grounding/passageIndex.ts';
import { headOf, logOf } from './gitLog.ts';
import { headMark } from './headMark.ts';

interface FolderPast {
  /** Read before git was asked, so that what changes meanwhile is seen the next time. */
  mark: string | undefined;
  commit: string | undefined;
  history: CommitHistory;
}

export class WorkspacePast {
  readonly #use: (past: FileScores) => void;
  readonly #folders = new Map<string, FolderPast>();
  #reading: Promise<void> | undefined;
  #used = '';

  /** `use` is told of each change. */
  constructor(use: (past: FileScores) => void) {
    this.#use = use;
  }

  /** Never rejects. Calls while one is under way share it. */
  refresh(folders: readonly string[]): Promise<void> {
    this.#reading ??= this.#read(folders).finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #read(folders: readonly string[]): Promise<void> {
    for (const folder of folders) {
      const known = this.#folders.get(folder);
      const mark = headMark(folder);
      if (known && mark !== undefined && known.mark === mark) continue;
      const commit = await headOf(folder);
      if (known && known.commit === commit) {
        known.mark = mark;
        continue;
      }
      const log = commit === undefined ? undefined : await logOf(folder, commit);
      this.#folders.set(folder, { mark, commit, history: new CommitHistory(log ?? '') });
    }
    const state = folders.map((folder) => `${folder}\0${this.#folders.get(folder)?.commit}`).join('\0');
    if (state === this.#used) return;
    this.#used = state;
    this.#use(joined(folders.map((folder) => ({ folder, history: this.#folders.get(folder)?.history }))));
  }
}

/** The files of several folders are named as `filesOf` names them, and numbered one folder after the other. */
function joined(parts: readonly { folder: string; history: CommitHistory | undefined }[]): FileScores {
  let first = 0;
  const placed = parts.flatMap(({ folder, history }) => {
    if (!history) return [];
    const part = { prefix: parts.length > 1 ? `${path.basename(folder)}/` : '', first, history };
    first += history.files;
    return [part];
  });
  return {
    file(shown) {
      for (const { prefix, first: start, history } of placed) {
        if (!shown.startsWith(prefix)) continue;
        const number = history.file(shown.slice(prefix.length));
        if (number !== undefined) return start + number;
      }
      return undefined;
    },
    score(asked) {
      const scores = new Float64Array(first);
      for (const { first: start, history } of placed) scores.set(history.score(asked), start);
      return scores;
    },
  };
}
