/** Why a file is neither searched nor sent by itself: one list for the search, open editors and attachments. Pure. */

import {
  holdsPrivateKey,
  isBinaryName,
  isGeneratedName,
  isGeneratedText,
  isSecretFile,
  isSkippedFolder,
  largestFile,
} from './fileRules.ts';
import type { Exclude } from './globs.ts';

/** What excludes a path. */
export type IgnoredBy = '.gitignore' | '.git/info/exclude' | '.causewayignore' | Exclude['setting'];

export type StaysOut =
  | { why: 'secret' | 'key' | 'outside' | 'link' | 'folder' | 'binary' | 'generated' | 'too_large' }
  | { why: 'ignored'; by: IgnoredBy };

export interface FileFacts {
  /** As people see it, with forward slashes. */
  path: string;
  /** Other names of the file, such as the one a link leads to. */
  alsoCalled?: readonly string[];
  ignoredBy?: IgnoredBy | undefined;
  /** It lies in none of the workspace's folders, by its own name or as what a link in one of them leads to. */
  outside?: 'outside' | 'link' | undefined;
  /** Size; that of the text where it is not known. */
  bytes?: number;
  /** Undefined before the file is read. */
  text?: string;
}

/** Undefined for a file that may go. What is worst is said first. */
export function whyStaysOut({
  path,
  alsoCalled = [],
  ignoredBy,
  outside,
  bytes,
  text,
}: FileFacts): StaysOut | undefined {
  const names = [path, ...alsoCalled];
  if (names.some(isSecretFile)) return { why: 'secret' };
  if (text !== undefined && holdsPrivateKey(text)) return { why: 'key' };
  if (ignoredBy !== undefined) return { why: 'ignored', by: ignoredBy };
  if (outside === 'link') return { why: outside };
  if (names.some((name) => name.split('/').slice(0, -1).some(isSkippedFolder))) return { why: 'folder' };
  if (isBinaryName(path) || text?.includes('\0')) return { why: 'binary' };
  if ((bytes ?? text?.length ?? 0) > largestFile) return { why: 'too_large' };
  if (isGeneratedName(path) || (text !== undefined && isGeneratedText(text))) return { why: 'generated' };
  return outside === undefined ? undefined : { why: outside };
}

/** In words, as a sentence about the file. */
export function staysOutWords(out: StaysOut): string {
  switch (out.why) {
    case 'secret':
      return 'Files of this name are made to hold secrets.';
    case 'key':
      return 'It holds a private key.';
    case 'ignored':
      return `${out.by} excludes it.`;
    case 'outside':
      return 'It lies outside of the workspace.';
    case 'link':
      return 'It is a link that leads out of the workspace.';
    case 'folder':
      return 'Its folder holds dependencies, history or results.';
    case 'binary':
      return 'It is no text.';
    case 'generated':
      return 'It is generated or minified.';
    case 'too_large':
      return `It is larger than ${largestFile / 1024 / 1024} MB.`;
    default:
      return out satisfies never;
  }
}

/** Whether who asks for it by its name has said enough: it stays out only where nobody asks. */
export const needsNoQuestion = ({ why }: StaysOut): boolean => why === 'outside';

/** Whether the user may send it all the same, once they were asked. */
export const canBeAdded = ({ why }: StaysOut): boolean => why !== 'binary';
