/** What the user can name with `@`: what is selected, problems, changes, the last command, files, symbols, sessions. */
import { basename, dirname } from 'node:path/posix';
import * as vscode from 'vscode';
import { sessionScheme } from '../../core/context/mentions.ts';
import { staysOutWords } from '../../core/grounding/staysOut.ts';
import type { SessionStore } from '../../core/session/store.ts';
import { isMediaName } from '../../core/workspace/media.ts';
import { bestMatches, pathMatch } from '../../core/workspace/pathMatch.ts';
import type { MentionChoice } from '../../protocol/panelContext.ts';
import type { App } from '../app.ts';
import { languageFeatures } from '../languageFeatures.ts';
import { isWorkspaceText, shownPath } from '../openEditors.ts';
import { listSessions } from './sessionViews.ts';

/** Rows of each kind: together about as many as are seen without scrolling. */
const mostFiles = 8;
const mostSymbols = 4;
const mostSessions = 3;
/** Files that are looked through; whoever has more types a part of the name in the editor's own quick open. */
const mostKnown = 20_000;
const notOffered = '**/{node_modules,.git}/**';
/** A list of files is read again after this long, ms: soon enough for a file that was just made. */
const freshMs = 5_000;
/** Symbols are worth waiting for so long, ms; a server that indexes a workspace takes minutes. */
const patienceMs = 400;

let known: { at: number; files: Promise<vscode.Uri[]> } | undefined;

interface Asked {
  sessions: SessionStore;
  sessionId: string;
  typed: string;
}

type Parts = Pick<App, 'editors' | 'out' | 'terminals'>;

export async function mentionables(
  parts: Parts,
  { sessions, sessionId, typed }: Asked,
): Promise<MentionChoice[]> {
  const [files, symbols, said] = await Promise.all([
    filesAndFolders(parts, typed),
    typed.length < 2 ? [] : symbolsNamed(parts, typed),
    sessionsTitled(sessions, sessionId, typed),
  ]);
  return [
    ...ofTheWindow(parts).filter(({ label }) => pathMatch(label, typed) > 2 || typed === ''),
    ...files,
    ...symbols,
    ...said,
  ];
}

const folderUri = (): string => vscode.workspace.workspaceFolders?.[0]?.uri.toString() ?? '';

function ofTheWindow({ terminals }: Parts): MentionChoice[] {
  const { t } = vscode.l10n;
  const choices: MentionChoice[] = [];
  const editor = vscode.window.activeTextEditor;
  if (editor && isWorkspaceText(editor.document.uri) && !editor.selection.isEmpty)
    choices.push({
      kind: 'selection',
      uri: editor.document.uri.toString(),
      label: 'selection',
      detail: shownPath(editor.document.uri),
    });
  const problems = vscode.languages
    .getDiagnostics()
    .filter(([uri, all]) => isWorkspaceText(uri) && all.length > 0);
  if (problems.length > 0)
    choices.push({
      kind: 'problems',
      uri: folderUri(),
      label: 'problems',
      detail: t('Problems of {0} files', problems.length),
    });
  if (vscode.workspace.isTrusted && vscode.extensions.getExtension('vscode.git') && folderUri() !== '')
    choices.push({
      kind: 'diff',
      uri: folderUri(),
      label: 'diff',
      detail: t('Changes that are not committed'),
    });
  if (terminals.last)
    choices.push({
      kind: 'terminal',
      uri: folderUri(),
      label: 'terminal',
      detail: terminals.last.command.slice(0, 200),
    });
  return choices;
}

async function filesAndFolders({ editors, out }: Parts, typed: string): Promise<MentionChoice[]> {
  const [open, all] = await Promise.all([editors.files(), knownFiles()]);
  const uris = new Map(
    [...open.map(({ uri }) => vscode.Uri.parse(uri)), ...all].map((uri) => [uri.toString(), uri]),
  );
  const files = [...uris.values()].map((uri) => ({ kind: 'file' as const, uri, path: shownPath(uri) }));
  const folders = typed === '' ? [] : foldersOf(files);
  const best = bestMatches([...files, ...folders], ({ path }) => path, typed, mostFiles);
  const why = await out.byName(best.map(({ uri }) => uri));
  return best.flatMap(({ kind, uri, path }, index): MentionChoice[] => {
    const told = why[index];
    // Of a picture the picture is sent.
    const staysOut = told?.why === 'binary' && isMediaName(path) ? undefined : told;
    // A whole folder of what stays out is no answer to a question; single files of it are asked about.
    if (kind === 'folder' && staysOut) return [];
    return [
      {
        kind,
        uri: uri.toString(),
        label: basename(path),
        detail: dirname(path) === '.' ? '' : dirname(path),
        ...(staysOut ? { out: staysOutWords(staysOut) } : {}),
      },
    ];
  });
}

function knownFiles(): Promise<vscode.Uri[]> {
  const now = performance.now();
  if (!known || now - known.at > freshMs)
    known = { at: now, files: Promise.resolve(vscode.workspace.findFiles('**/*', notOffered, mostKnown)) };
  return known.files;
}

function foldersOf(files: readonly { uri: vscode.Uri; path: string }[]) {
  const folders = new Map<string, vscode.Uri>();
  for (const { uri, path } of files) {
    if (uri.scheme === 'untitled') continue;
    let at = uri;
    for (
      let folder = dirname(path);
      folder !== '.' && folder !== '/' && !folders.has(folder);
      folder = dirname(folder)
    ) {
      at = vscode.Uri.joinPath(at, '..');
      folders.set(folder, at);
    }
  }
  return [...folders].map(([path, uri]) => ({ kind: 'folder' as const, uri, path }));
}

async function symbolsNamed({ out }: Parts, typed: string): Promise<MentionChoice[]> {
  const late = new Promise<[]>((resolve) => setTimeout(() => resolve([]), patienceMs));
  const found = await Promise.race([languageFeatures.symbolsNamed(typed), late]);
  const inFolders = found.filter(({ uri }) => vscode.workspace.getWorkspaceFolder(vscode.Uri.parse(uri)));
  const best = bestMatches(inFolders, ({ name }) => name.replace(/\(.*$/, ''), typed, mostSymbols);
  const why = await out.byName(best.map(({ uri }) => vscode.Uri.parse(uri)));
  return best.flatMap(({ name, kind, uri, startLine }, index) =>
    why[index]
      ? []
      : [
          {
            kind: 'symbol' as const,
            uri,
            label: name.slice(0, 500),
            detail: `${kind} · ${shownPath(vscode.Uri.parse(uri))}:${startLine}`,
            startLine,
          },
        ],
  );
}

async function sessionsTitled(
  sessions: SessionStore,
  shown: string,
  typed: string,
): Promise<MentionChoice[]> {
  const { sessions: all } = await listSessions(sessions, { query: '' }, shown);
  const others = all.filter(
    ({ id, private: isPrivate, title }) => id !== shown && !isPrivate && title !== '',
  );
  return bestMatches(
    others,
    ({ title }) => title.replaceAll('/', ' '),
    typed,
    typed === '' ? 1 : mostSessions,
  ).map(({ id, title }) => ({
    kind: 'session' as const,
    uri: `${sessionScheme}${id}`,
    label: title,
    detail: vscode.l10n.t('Session'),
  }));
}
