/**
 * Which files earlier commits touched, by the words of their subjects. What somebody asks for was often asked for or
 * mended before, and then its subject names it in the words of people: Zhou, Zhang and Lo, "Where Should the Bugs Be
 * Fixed?", 2012.
 */
import { isStopWord, terms } from './terms.ts';

interface Commit {
  /** Different terms of the subject. */
  length: number;
  files: number[];
}

/** The usual constants of BM25. */
const k1 = 1.2;
const b = 0.75;
/** Added to the words of a subject, so that one of two words is not taken for a perfect match. */
const shortest = 4;
/** The commit most like the question says as much about where it was done as all that were made to a file. */
const likeCommitShare = 1;

export class CommitHistory {
  readonly #commits: Commit[] = [];
  readonly #byTerm = new Map<string, number[]>();
  readonly #numbers = new Map<string, number>();
  /** Words of the subjects of each file, those of large commits counting less. */
  readonly #lengths: number[] = [];
  #averageLength = 1;

  /** What `git log` prints for `logArguments`; an empty text is a history without commits. */
  constructor(log: string) {
    const renamed = new Map<string, string>();
    for (const entry of log.split('\0')) {
      const [subject = '', ...changes] = entry.split('\n');
      const files = changes.flatMap((line) => fileOf(line, renamed) ?? []);
      if (files.length > 0) this.#add(subject, [...new Set(files)]);
    }
    const total = this.#lengths.reduce((sum, length) => sum + length, 0);
    this.#averageLength = Math.max(1, total / Math.max(1, this.#lengths.length));
  }

  /** How many files commits touched. */
  get files(): number {
    return this.#lengths.length;
  }

  /** The number of a file in what `score` returns; undefined for files that no commit touched. `path` as git has it. */
  file(path: string): number | undefined {
    return this.#numbers.get(path);
  }

  /** How much the history of each file has to do with the terms. */
  score(asked: readonly { term: string; weight: number }[]): Float64Array {
    const scores = new Float64Array(this.#lengths.length);
    const likeness = new Map<number, number>();
    for (const { term, weight } of asked) {
      const commits = this.#byTerm.get(term);
      if (!commits) continue;
      this.#scoreFiles(commits, weight, scores);
      const rarity = rarityOf(commits.length, this.#commits.length);
      for (const commit of commits) likeness.set(commit, (likeness.get(commit) ?? 0) + weight * rarity);
    }
    this.#scoreCommits(likeness, scores);
    return scores;
  }

  #add(subject: string, files: readonly string[]): void {
    const said = new Set(terms(subject).filter((term) => !isStopWord(term)));
    const number = this.#commits.length;
    const numbers = files.map((file) => this.#number(file));
    this.#commits.push({ length: said.size, files: numbers });
    for (const file of numbers) {
      this.#lengths[file] = (this.#lengths[file] ?? 0) + said.size * shareOf(numbers.length);
    }
    for (const term of said) {
      const commits = this.#byTerm.get(term);
      if (commits) commits.push(number);
      else this.#byTerm.set(term, [number]);
    }
  }

  /** BM25 over all subjects of a file as one text. */
  #scoreFiles(commits: readonly number[], weight: number, scores: Float64Array): void {
    const counts = new Map<number, number>();
    for (const commit of commits) {
      const files = this.#commits[commit]?.files ?? [];
      const share = shareOf(files.length);
      for (const file of files) counts.set(file, (counts.get(file) ?? 0) + share);
    }
    const rarity = rarityOf(counts.size, this.#lengths.length);
    for (const [file, count] of counts) {
      const norm = 1 - b + (b * (this.#lengths[file] ?? 0)) / this.#averageLength;
      const frequency = count / norm;
      scores[file] = (scores[file] ?? 0) + (weight * rarity * frequency * (k1 + 1)) / (frequency + k1);
    }
  }

  /** The commits most like the question vote for their files, the best most; a file needs no majority of its commits. */
  #scoreCommits(likeness: ReadonlyMap<number, number>, scores: Float64Array): void {
    const votes = new Map<number, number[]>();
    for (const [number, sum] of likeness) {
      const commit = this.#commits[number];
      if (!commit) continue;
      const vote = (sum / Math.sqrt(shortest + commit.length)) * shareOf(commit.files.length);
      for (const file of commit.files) {
        const others = votes.get(file);
        if (others) others.push(vote);
        else votes.set(file, [vote]);
      }
    }
    for (const [file, given] of votes) {
      given.sort((a, z) => z - a);
      const sum = given.reduce((total, vote, place) => total + vote / (1 + place), 0);
      scores[file] = (scores[file] ?? 0) + likeCommitShare * sum;
    }
  }

  #number(file: string): number {
    const known = this.#numbers.get(file);
    if (known !== undefined) return known;
    const number = this.#lengths.length;
    this.#numbers.set(file, number);
    this.#lengths.push(0);
    return number;
  }
}

/** The newest commits that are read: beyond them the code was another, and reading takes longer than a minute. */
const mostCommits = 20_000;

/** What git is asked for; renames are followed, and merges say nothing that their commits did not. */
export const logArguments = (commit = 'HEAD'): string[] => [
  '-c',
  'core.quotePath=false',
  'log',
  // Checking signatures would run the program that the repository's settings name.
  '--no-show-signature',
  '--no-merges',
  '--find-renames',
  '--name-status',
  '--format=%x00%s',
  `--max-count=${mostCommits}`,
  commit,
];

/** A commit of many files says less about each. */
const shareOf = (files: number): number => 1 / Math.sqrt(Math.max(1, files));

const rarityOf = (holding: number, all: number): number =>
  Math.log(1 + Math.max(0, all - holding + 0.5) / (holding + 0.5));

/** The name that a file has today: newer commits come first, and say what it was called before. */
function fileOf(line: string, renamed: Map<string, string>): string | undefined {
  const [status = '', path, to] = line.split('\t');
  if (path === undefined) return undefined;
  const now = to ?? path;
  const today = renamed.get(now) ?? now;
  if (to !== undefined && status.startsWith('R')) renamed.set(path, today);
  return today;
}
