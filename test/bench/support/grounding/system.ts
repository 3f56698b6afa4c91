/** What is compared: something that keeps the texts of a tree and ranks their files for a question. */
import type { Answer } from './measures.ts';

export interface System {
  readonly name: string;
  /** Makes its tree the asked one: texts that are new or changed, and undefined for those that are gone. */
  take(changes: ReadonlyMap<string, string | undefined>): Promise<void> | void;
  /** What git tells of the asked commit and its ancestors, for those who can use it. */
  takeHistory?(log: string): void;
  rank(question: string): Promise<Answer> | Answer;
  close?(): void;
}
