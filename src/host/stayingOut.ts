/** Which files of this window stay out of what is sent, and the question before one goes all the same. */
import { realpath } from 'node:fs/promises';
import { basename, isAbsolute, relative, sep } from 'node:path';
import * as vscode from 'vscode';
import { z } from 'zod';
import type { Exclude } from '../core/grounding/globs.ts';
import {
  canBeAdded,
  needsNoQuestion,
  type StaysOut,
  staysOutWords,
  whyStaysOut,
} from '../core/grounding/staysOut.ts';
import { localPathOf } from '../core/workspace/uri.ts';
import { shownPath } from './openEditors.ts';
import { plainWords } from './plainWords.ts';
import type { Wiring } from './wiring.ts';

const globs = z.record(z.string(), z.union([z.boolean(), z.object({ when: z.string() })]));

/** Patterns that are switched on, as they are now: each folder of a window may have its own. */
export function windowExcludes(): Exclude[] {
  const folders = vscode.workspace.workspaceFolders ?? [];
  return folders.flatMap(({ uri }) => {
    const below = localPathOf(uri.toString());
    return below === undefined ? [] : excludesOf(vscode.workspace.getConfiguration(undefined, uri), below);
  });
}

function excludesOf(configuration: vscode.WorkspaceConfiguration, below: string): Exclude[] {
  return (['files.exclude', 'search.exclude'] as const).map((setting) => {
    const set = globs.safeParse(configuration.get(setting));
    const all = Object.entries(set.success ? set.data : {});
    return {
      setting,
      below,
      globs: all.flatMap(([pattern, value]) => {
        if (value === false) return [];
        return [value === true ? { pattern } : { pattern, sibling: value.when }];
      }),
    };
  });
}

export const windowRoots = (): string[] =>
  (vscode.workspace.workspaceFolders ?? []).flatMap(({ uri }) => localPathOf(uri.toString()) ?? []);

function isWithin(root: string, file: string): boolean {
  const way = relative(root, file);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

export class StayingOut {
  readonly #ignoredFiles: Wiring['ignoredFiles'];

  constructor({ ignoredFiles }: Pick<Wiring, 'ignoredFiles'>) {
    this.#ignoredFiles = ignoredFiles;
  }

  /**
   * Why each file stays out, in order, as far as its names tell; undefined for one that may go. A link is what it leads
   * to, too. Never rejects for a file that cannot be read.
   */
  async byName(uris: readonly vscode.Uri[]): Promise<(StaysOut | undefined)[]> {
    const places = await Promise.all(
      uris.map(async ({ scheme, fsPath }) =>
        // A file that is not there any more leads nowhere.
        scheme === 'file' ? [fsPath, await realpath(fsPath).catch(() => fsPath)] : [],
      ),
    );
    const roots = windowRoots();
    const realRoots = await Promise.all(roots.map((root) => realpath(root).catch(() => root)));
    const isOutside = (file: string) =>
      roots.length > 0 && ![...roots, ...realRoots].some((root) => isWithin(root, file));
    const outside = ([named, real]: readonly string[]) => {
      if (named === undefined || real === undefined || !isOutside(real)) return undefined;
      return isOutside(named) ? 'outside' : 'link';
    };
    const files = [...new Set(places.flat())];
    const ignored = await this.#ignoredFiles(files, roots, windowExcludes());
    const ignoredBy = new Map(files.map((file, index) => [file, ignored[index]]));
    return uris.map((uri, index) => {
      const own = places[index] ?? [];
      return whyStaysOut({
        path: shownPath(uri),
        // Of where a link leads the name counts: the folders above a workspace say nothing of what is in it.
        alsoCalled: own.map((file) => basename(file)),
        outside: outside(own),
        ignoredBy: own.map((file) => ignoredBy.get(file)).find((by) => by !== undefined),
      });
    });
  }

  /** As `byName`, with what its text tells. `bytes` is the size on disk. */
  async of(uri: vscode.Uri, text: string, bytes?: number): Promise<StaysOut | undefined> {
    const [named] = await this.byName([uri]);
    if (named && !needsNoQuestion(named)) return named;
    return whyStaysOut({ path: shownPath(uri), text, ...(bytes === undefined ? {} : { bytes }) }) ?? named;
  }
}

/** Whether the user wants to send a file, or a part of it, though it stays out by itself. */
export async function confirmAdding(path: string, out: StaysOut): Promise<boolean> {
  if (needsNoQuestion(out)) return true;
  if (!canBeAdded(out)) return false;
  const add = vscode.l10n.t('Send It');
  const answer = await vscode.window.showWarningMessage(
    plainWords(vscode.l10n.t('{0} stays out of what is sent. Send it to the model all the same?', path)),
    {
      modal: true,
      detail: `${staysOutWords(out)} ${vscode.l10n.t('What you send is also kept in the session. Secrets that are recognized in it are masked while masking is on.')}`,
    },
    add,
  );
  return answer === add;
}
