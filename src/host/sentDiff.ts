/** A diff as it may be sent: bounded, and with nothing of files that stay out. */
import * as vscode from 'vscode';
import { boundedDiff, withoutSecrets } from '../core/edits/commitMessage.ts';
import { pathsIn } from '../core/edits/diffPaths.ts';
import { needsNoQuestion } from '../core/grounding/staysOut.ts';
import type { StayingOut } from './stayingOut.ts';

/** `root` is the folder of its repository. */
export async function sentDiff(out: StayingOut, root: vscode.Uri, diff: string): Promise<string> {
  const paths = pathsIn(diff);
  const why = await out.byName(paths.map((path) => vscode.Uri.joinPath(root, path)));
  const hidden = new Set(
    paths.filter((_, index) => {
      const out = why[index];
      // A repository may be larger than what is open of it, and whoever asks for its changes asks for all of them.
      return out !== undefined && !needsNoQuestion(out);
    }),
  );
  return boundedDiff(withoutSecrets(diff, (path) => hidden.has(path)));
}
