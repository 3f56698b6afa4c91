/** Prompts as files, asked from the palette. */
import * as vscode from 'vscode';
import { typedValue } from '../../core/prompts/fillPrompt.ts';
import type { Prompt } from '../../core/prompts/template.ts';
import type { App } from '../app.ts';
import { plainIcons, plainWords } from '../plainWords.ts';

/** Lets the user choose a prompt, asks for its values, and sends it in the session that is shown. */
export async function askPrompt(app: App): Promise<void> {
  const { t } = vscode.l10n;
  const assistant = await app.assistant();
  const prompts = await assistant.prompts.list();
  if (prompts.length === 0) {
    void vscode.window.showInformationMessage(
      plainWords(t('There are no prompts yet. Put one into .causeway/prompts as NAME.prompt.md.')),
    );
    return;
  }
  const picked = await vscode.window.showQuickPick(
    prompts.map((prompt) => ({
      label: prompt.name,
      description: wordsOf(prompt),
      detail: plainIcons(prompt.description),
      prompt,
    })),
    { title: t('Ask a Prompt'), matchOnDetail: true },
  );
  if (!picked) return;
  const { name, version, variables } = picked.prompt;
  const values: Record<string, unknown> = {};
  for (const [field, variable] of Object.entries(variables)) {
    const value = await valueFor(field, variable);
    if (value === undefined) return;
    values[field] = value;
  }
  const { turn } = await assistant.prompts.ask(name, values, { version, drafts: true });
  const host = await app.panel.reveal({ preserveFocus: true });
  const sessionId = host.shown ?? (await app.sessionToShow());
  const chosen = turn.profile === undefined ? await app.groundings.chosen(assistant, sessionId) : {};
  await assistant.startTurn(sessionId, { ...chosen, ...turn, door: 'command' });
}

/** Undefined when the user left. What does not fit is said by the error of the prompt, which names the field. */
async function valueFor(name: string, variable: Prompt['variables'][string]): Promise<unknown> {
  const title = variable.description === undefined ? name : `${name}: ${plainIcons(variable.description)}`;
  const choices =
    variable.type === 'boolean'
      ? ['true', 'false']
      : variable.type === 'string'
        ? variable.values
        : undefined;
  const typed = choices
    ? await vscode.window.showQuickPick(choices, { title })
    : await vscode.window.showInputBox({
        title,
        ignoreFocusOut: true,
        ...(variable.default === undefined ? {} : { value: String(variable.default) }),
      });
  return typed === undefined ? undefined : typedValue(variable.type, typed);
}

function wordsOf({ version, status, source }: Prompt): string {
  const { t } = vscode.l10n;
  const whose = source === 'user' ? t('yours') : t('of this workspace');
  switch (status) {
    case 'draft':
      return t('version {0}, a draft, {1}', version, whose);
    case 'deprecated':
      return t('version {0}, deprecated, {1}', version, whose);
    case 'published':
      return t('version {0}, {1}', version, whose);
    default:
      return status satisfies never;
  }
}
