/** The window the suites run in: its editors, its settings, and what its commands leave behind. */
import assert from 'node:assert/strict';
import {
  ConfigurationTarget,
  commands,
  extensions,
  Selection,
  TabInputTextDiff,
  type TextEditor,
  Uri,
  window,
  workspace,
} from 'vscode';
import {
  type CommandId,
  extensionId,
  proposalScheme,
  type SettingName,
  settingsSection,
} from '../../../src/host/ids.ts';
import { until } from '../../support/vscode/until.ts';

export function folder(): Uri {
  const [first] = workspace.workspaceFolders ?? [];
  assert.ok(first, 'The suites run in a folder.');
  return first.uri;
}

export const at = (path: string): Uri => Uri.joinPath(folder(), path);

export async function started(): Promise<void> {
  // In a browser VS Code saves by itself after a second, in the middle of a test about what is saved.
  await workspace.getConfiguration('files').update('autoSave', 'off', ConfigurationTarget.Global);
  await extensions.getExtension(extensionId)?.activate();
}

/** Runs a command of Causeway as the palette does; resolves when it is over. */
export async function run(command: CommandId, ...args: unknown[]): Promise<void> {
  await commands.executeCommand(command, ...args);
}

/** Shows a file with these lines selected, from 1; with one number the cursor stands at the beginning of it. */
export async function show(path: string, first = 1, last?: number): Promise<TextEditor> {
  const editor = await window.showTextDocument(at(path), { preview: false });
  const start = editor.document.lineAt(first - 1).range.start;
  const end = last === undefined ? start : editor.document.lineAt(last - 1).range.end;
  editor.selection = new Selection(start, end);
  return editor;
}

export async function write(path: string, text: string): Promise<Uri> {
  await workspace.fs.writeFile(at(path), new TextEncoder().encode(text));
  return at(path);
}

/** The text on disk; undefined when there is no such file. */
export async function onDisk(path: string): Promise<string | undefined> {
  try {
    return new TextDecoder().decode(await workspace.fs.readFile(at(path)));
  } catch {
    return undefined;
  }
}

/** Closes all editors; what was not saved is thrown away. */
export async function closeEditors(): Promise<void> {
  while (window.activeTextEditor?.document.isDirty) {
    await commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  }
  await commands.executeCommand('workbench.action.closeAllEditors');
  await until('the editors to close', () => window.tabGroups.all.every(({ tabs }) => tabs.length === 0));
}

/** Diffs that propose an edit, as their tabs show them. */
export function proposals(): { label: string; modified: Uri }[] {
  return window.tabGroups.all.flatMap(({ tabs }) =>
    tabs.flatMap(({ label, input }) =>
      input instanceof TabInputTextDiff && input.modified.scheme === proposalScheme
        ? [{ label, modified: input.modified }]
        : [],
    ),
  );
}

/** The text of the one proposal that is shown. */
export async function proposed(): Promise<string> {
  const [first, ...more] = proposals();
  assert.ok(first && more.length === 0, `${more.length + (first ? 1 : 0)} proposals are shown.`);
  return (await workspace.openTextDocument(first.modified)).getText();
}

/** Sets a setting of the user's, or of the machine's where only that counts; undefined takes it back. */
export async function set(name: SettingName, value: unknown): Promise<void> {
  await workspace.getConfiguration(settingsSection).update(name, value, ConfigurationTarget.Global);
}
