/** An extension that gives the editor a chat model, as Copilot does. What it answers depends on the last text. */
const vscode = require('vscode');

const textOf = (message) =>
  message.content
    .filter((part) => part instanceof vscode.LanguageModelTextPart)
    .map(({ value }) => value)
    .join('\n');

const model = {
  id: 'echo',
  name: 'Echo',
  family: 'echo',
  version: '1',
  maxInputTokens: 20_000,
  maxOutputTokens: 4_000,
  capabilities: { toolCalling: true },
};

async function answer(_model, messages, options, progress, token) {
  const say = (text) => progress.report(new vscode.LanguageModelTextPart(text));
  const last = messages.at(-1);
  const result = last.content.find((part) => part instanceof vscode.LanguageModelToolResultPart);
  const text = textOf(last);
  if (result) return say(`The tool said: ${result.content.map(({ value }) => value).join('')}`);
  if (text.includes('fail')) throw new Error('a secret of the request');
  if (text.includes('blocked')) throw vscode.LanguageModelError.Blocked('no quota');
  if (text.includes('call')) {
    say('I call.');
    const [tool] = options.tools ?? [];
    return progress.report(
      new vscode.LanguageModelToolCallPart('call:1', tool?.name ?? 'none', { text: 'a' }),
    );
  }
  if (text.includes('slow')) {
    say('one ');
    await new Promise((resolve) => token.onCancellationRequested(resolve));
    return say('two');
  }
  say(`${messages.length} messages. `);
  say(`You said: ${text}`);
}

exports.activate = (context) => {
  const provider = {
    provideLanguageModelChatInformation: () => [model],
    provideLanguageModelChatResponse: answer,
    provideTokenCount: (_model, text) =>
      Math.ceil((typeof text === 'string' ? text : textOf(text)).length / 4),
  };
  context.subscriptions.push(vscode.lm.registerLanguageModelChatProvider('causeway-test', provider));
};
