/** Models that other extensions give to the editor, such as those of Copilot. The editor asks the user before the first use. */
import * as vscode from 'vscode';
import * as errors from '../core/errors.ts';
import type { Log } from '../core/ports.ts';
import { cited } from '../core/providers/markedText.ts';
import { citable, numbered, passageText } from '../core/providers/numberedPassages.ts';
import type {
  Availability,
  ModelInfo,
  Provider,
  ProviderEvent,
  ProviderRequest,
  RequestBlock,
} from '../core/providers/provider.ts';
import { withoutMarks } from '../protocol/citationMarks.ts';
import { type ClientOptions, optionNames } from '../protocol/clientOptions.ts';
import type { Usage } from '../protocol/content.ts';

/** Of a model that is not there: what the smaller ones take. Such a model answers with an error. */
const unknownWindow = 8_192;
/** The editor does not tell how long an answer may be, and counts it apart from the input. */
const usualOutput = 4_096;

export class EditorModels implements Provider {
  readonly id = 'vscode';
  readonly name = 'Visual Studio Code';
  readonly remote = true;
  /** Whoever pays for these models chose them for something else, so that they are used only where they are named. */
  readonly onlyByName = true;
  readonly #log: Log;
  #models: readonly vscode.LanguageModelChat[] = [];

  constructor(log: Log) {
    this.#log = log;
  }

  async availability(): Promise<Availability> {
    return { ready: true };
  }

  /** After a reload nobody has asked yet, and a session may have one of them. */
  async models(): Promise<ModelInfo[]> {
    if (this.#models.length === 0 && vscode.workspace.isTrusted) await this.refreshModels();
    return this.#models.map((model) => infoOf(nameOf(model), model.name, model.maxInputTokens));
  }

  unlistedModel(id: string): ModelInfo {
    return infoOf(id, id, unknownWindow);
  }

  /** The editor has a place for none of them. */
  unmet(options: ClientOptions): string[] {
    return optionNames(options);
  }

  async refreshModels(): Promise<void> {
    try {
      this.#models = await vscode.lm.selectChatModels();
    } catch (error) {
      this.#log.error('The models of the editor could not be read.', error);
    }
  }

  async countTokens(request: ProviderRequest, signal: AbortSignal): Promise<number> {
    const model = await this.#model(request.model);
    return using(signal, (token) =>
      model.countTokens(JSON.stringify([request.system, request.messages]), token),
    );
  }

  stream(request: ProviderRequest, signal: AbortSignal): AsyncGenerator<ProviderEvent, void, undefined> {
    return cited(this.#answer(numbered(request), signal), citable(request));
  }

  async *#answer(
    request: ProviderRequest,
    signal: AbortSignal,
  ): AsyncGenerator<ProviderEvent, void, undefined> {
    if (signal.aborted) return yield { type: 'aborted' };
    const cancel = new vscode.CancellationTokenSource();
    const onAbort = () => cancel.cancel();
    signal.addEventListener('abort', onAbort, { once: true });
    let block = -1;
    let inText = false;
    let calls = 0;
    let said = '';
    try {
      const model = await this.#model(request.model);
      yield { type: 'start', model: request.model };
      const response = await model.sendRequest(messagesOf(request), optionsOf(request), cancel.token);
      for await (const part of untilAborted(response.stream, signal)) {
        if (part instanceof vscode.LanguageModelTextPart) {
          if (part.value === '') continue;
          if (!inText) block++;
          inText = true;
          said += part.value;
          yield { type: 'text', block, text: part.value };
        } else if (part instanceof vscode.LanguageModelToolCallPart) {
          inText = false;
          block++;
          calls++;
          const id = part.callId.replace(/[^\w-]/g, '_') || `call_${block}`;
          yield { type: 'tool_use', block, id, name: part.name, input: { ...part.input } };
        }
      }
      if (signal.aborted) return yield { type: 'aborted' };
      const usage = await this.#estimated(model, request, said, signal);
      yield signal.aborted
        ? { type: 'aborted' }
        : { type: 'stop', stopReason: calls > 0 ? 'tool_use' : 'end_turn', usage };
    } catch (error) {
      if (signal.aborted) return yield { type: 'aborted' };
      this.#log.error('A model of the editor failed.', error);
      yield { type: 'error', error: errors.toErrorInfo(failureOf(error, request.model)) };
    } finally {
      signal.removeEventListener('abort', onAbort);
      cancel.dispose();
    }
  }

  async #model(name: string): Promise<vscode.LanguageModelChat> {
    const [vendor = '', ...id] = name.split('/');
    const [model] = await vscode.lm.selectChatModels({ vendor, id: id.join('/') });
    if (!model) throw errors.modelNotFound(`${this.id}/${name}`);
    return model;
  }

  /** The editor does not tell what an answer used; its models count texts for whoever asks. */
  async #estimated(
    model: vscode.LanguageModelChat,
    request: ProviderRequest,
    said: string,
    signal: AbortSignal,
  ): Promise<Usage> {
    const [inputTokens, outputTokens] = await Promise.all([
      this.countTokens(request, signal),
      using(signal, (token) => model.countTokens(said, token)),
    ]).catch(() => [0, 0]);
    return {
      inputTokens: Math.round(inputTokens ?? 0),
      outputTokens: Math.round(outputTokens ?? 0),
      cacheCreationTokens: 0,
      cacheReadTokens: 0,
    };
  }
}

/** The parts until the signal aborts: whoever gives the model may not listen, and a stop does not wait for them. */
async function* untilAborted<T>(
  parts: AsyncIterable<T>,
  signal: AbortSignal,
): AsyncGenerator<T, void, undefined> {
  const { promise: aborted, resolve } = Promise.withResolvers<undefined>();
  const onAbort = () => resolve(undefined);
  signal.addEventListener('abort', onAbort, { once: true });
  const iterator = parts[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = iterator.next();
      // What fails after the stop is nobody's concern.
      next.catch(() => undefined);
      const result = await Promise.race([next, aborted]);
      if (signal.aborted || !result || result.done) return;
      yield result.value;
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

const nameOf = ({ vendor, id }: vscode.LanguageModelChat): string => `${vendor}/${id}`;

const infoOf = (id: string, name: string, maxInputTokens: number): ModelInfo => ({
  provider: 'vscode',
  id,
  name,
  window: maxInputTokens + usualOutput,
  maxOutput: usualOutput,
  // The editor does not tell which of its models see images.
  images: false,
  pdfs: false,
  tools: true,
  thinking: false,
  tokenFactor: 1,
});

async function using<T>(
  signal: AbortSignal,
  work: (token: vscode.CancellationToken) => Thenable<T>,
): Promise<T> {
  const cancel = new vscode.CancellationTokenSource();
  const onAbort = () => cancel.cancel();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await work(cancel.token);
  } finally {
    signal.removeEventListener('abort', onAbort);
    cancel.dispose();
  }
}

const optionsOf = ({ tools }: ProviderRequest): vscode.LanguageModelChatRequestOptions => ({
  justification: vscode.l10n.t('You chose this model in Causeway.'),
  ...(tools.length === 0
    ? {}
    : {
        tools: tools.map(({ name, description, inputSchema }) => ({
          name,
          description,
          inputSchema: { type: 'object', ...inputSchema },
        })),
      }),
});

/** The editor has no place for a system prompt; it stands before all that the user said. */
function messagesOf({ system, messages, outputSchema }: ProviderRequest): vscode.LanguageModelChatMessage[] {
  const rules = [
    ...system.map(({ text }) => text),
    ...(outputSchema === undefined
      ? []
      : [
          `Answer with one JSON value that fits this JSON Schema, and with nothing else:\n${JSON.stringify(outputSchema)}`,
        ]),
  ];
  return [
    ...(rules.length === 0 ? [] : [vscode.LanguageModelChatMessage.User(rules.join('\n\n'))]),
    ...messages.flatMap(({ role, content }) => {
      const parts = content.flatMap(partsOf);
      if (parts.length === 0) return [];
      const { User, Assistant } = vscode.LanguageModelChatMessageRole;
      return [new vscode.LanguageModelChatMessage(role === 'user' ? User : Assistant, parts)];
    }),
  ];
}

const textPart = (text: string) => new vscode.LanguageModelTextPart(text);

/** Thinking belongs to the model that thought it. What cannot be sent is named, so that no model answers as if it had it. */
function partsOf(
  block: RequestBlock,
): (vscode.LanguageModelTextPart | vscode.LanguageModelToolCallPart | vscode.LanguageModelToolResultPart)[] {
  switch (block.type) {
    case 'text':
      return [textPart(withoutMarks(block))];
    case 'passage':
      return [textPart(passageText(block))];
    case 'tool_use':
      return [new vscode.LanguageModelToolCallPart(block.id, block.name, block.input)];
    case 'tool_result': {
      const texts = block.content.map((part) =>
        textPart(part.type === 'text' ? part.text : '[An image was here. It was left out.]'),
      );
      return [new vscode.LanguageModelToolResultPart(block.tool_use_id, texts)];
    }
    case 'document':
      return [
        textPart(block.source.type === 'text' ? block.source.data : '[A PDF was here. It was left out.]'),
      ];
    case 'image':
      return [textPart('[An image was here. It was left out.]')];
    case 'thinking':
    case 'redacted_thinking':
      return [];
    default:
      return block satisfies never;
  }
}

/** The error of another extension may quote what it was sent, so that its own words are not shown. */
function failureOf(error: unknown, model: string): errors.CausewayError {
  if (error instanceof errors.CausewayError) return error;
  if (!(error instanceof vscode.LanguageModelError)) return errors.providerFailed();
  switch (error.code) {
    case vscode.LanguageModelError.NoPermissions().code:
      return errors.permissionDenied();
    case vscode.LanguageModelError.Blocked().code:
      return errors.rateLimited();
    case vscode.LanguageModelError.NotFound().code:
      return errors.modelNotFound(model);
    default:
      return errors.providerFailed();
  }
}
