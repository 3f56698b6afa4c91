/** Tells the user that a program asks to be let in. It is let in by a command of theirs alone. */
import * as vscode from 'vscode';
import { DisposableStore } from '../base/disposable.ts';
import type { Asking } from '../core/register.ts';
import type { App } from './app.ts';
import { shown } from './commands/reviewClients.ts';
import { plainWords } from './plainWords.ts';

export class AskingPrograms implements vscode.Disposable {
  readonly #app: App;
  readonly #lifetime = new DisposableStore();

  constructor(app: App) {
    this.#app = app;
    this.#lifetime.add(
      app.bridge.onDidAsk((asking) => {
        this.#tell(asking).catch((error: unknown) =>
          app.log.error('A program that asks was not shown, or not refused.', error),
        );
      }),
    );
  }

  dispose(): void {
    this.#lifetime.dispose();
  }

  /** One message each: no more than a handful can ask within ten minutes. */
  async #tell({ id, name, program }: Asking): Promise<void> {
    const { t } = vscode.l10n;
    const review = t('Review…');
    const refuse = t('Refuse');
    const words =
      program === undefined
        ? t('{0} asks to use Causeway.', shown(name))
        : t('{0} ({1}) asks to use Causeway.', shown(name), shown(program));
    const answer = await vscode.window.showInformationMessage(plainWords(words), review, refuse);
    if (answer === review) await this.#app.run('causeway.reviewClients');
    if (answer === refuse) await (await this.#app.core.get()).user.asking.refuse(id);
  }
}
