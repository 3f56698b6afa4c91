/** Asking for a commit message, and reading it. Pure. */
import { isSecretFile } from '../grounding/fileRules.ts';
import { partsOf, pathsOf, withoutPrefix } from './diffPaths.ts';

export const commitPrompt =
  'Write the commit message for this diff: a subject of at most 72 characters in the imperative, and where it is not obvious why, a blank line and a short body. Answer with the message alone, without quotes or a code block.';

/** Characters of a diff that is sent; a longer one says little more about the why. */
const longest = 100_000;

/**
 * The diff with the parts left out that are of files made to hold secrets, of which that cannot be told, or of which
 * `staysOut` says so.
 */
export function withoutSecrets(diff: string, staysOut: (path: string) => boolean = () => false): string {
  return partsOf(diff)
    .map((part) => {
      const paths = pathsOf(part);
      const isOut = (path: string) => isSecretFile(path) || staysOut(path) || staysOut(withoutPrefix(path));
      if (paths.length > 0 && !paths.some(isOut)) return part;
      if (part.trim() === '') return part;
      const [header = ''] = part.split('\n', 1);
      return `${header}\n(The content of this file is left out.)\n`;
    })
    .join('');
}

/** Cut after a whole line; what is left out is said. */
export function boundedDiff(diff: string): string {
  if (diff.length <= longest) return diff;
  const end = diff.lastIndexOf('\n', longest);
  const kept = diff.slice(0, end < 0 ? longest : end);
  const files = diff.slice(kept.length).match(/^diff --git /gm)?.length ?? 0;
  return `${kept}\n(The rest of the diff, ${files} more files, is left out.)`;
}

/** Models put it in a block all the same at times. */
export function messageOf(answer: string): string {
  const text = answer.trim();
  const [, inside] = /^```[^\n]*\n([\s\S]*?)\n?```$/.exec(text) ?? [];
  return (inside ?? text).trim();
}
