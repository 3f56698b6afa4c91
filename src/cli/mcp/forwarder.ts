/** Takes the messages of one client, has each answered beside the others, and tells what comes back. */
import { boundedJson } from '../../bridge/parse.ts';
import { readEvents } from '../../client/eventParser.ts';
import { toErrorInfo } from '../../core/errors.ts';
import type { Log } from '../../core/ports.ts';
import { errorBody } from '../../protocol/bridge.ts';
import { wordsOf } from '../exitCodes.ts';
import type { Answer, Doors } from './doors.ts';
import { headersOf } from './headers.ts';
import type { InputLine } from './lines.ts';
import { type Call, errorCodes, errorMessage, incomingOf, outgoing, type RequestId } from './messages.ts';

/** Far more than a client has under way, and few enough that none can fill the memory with waiting ones. */
const mostAtOnce = 100;

interface Running {
  abort: AbortController;
  done: Promise<void>;
  /** Ends only when the client says so. */
  lasting: boolean;
}

export class Forwarder {
  readonly #doors: Pick<Doors, 'post'>;
  readonly #write: (message: unknown) => Promise<void>;
  readonly #longest: number;
  readonly #log: Log;
  readonly #running = new Map<string, Running>();
  readonly #notifying = new Set<Promise<void>>();

  /** Lines of more than `longest` bytes are told apart before they come here. */
  constructor(
    doors: Pick<Doors, 'post'>,
    write: (message: unknown) => Promise<void>,
    { longest, log }: { longest: number; log: Log },
  ) {
    this.#doors = doors;
    this.#log = log;
    this.#write = write;
    this.#longest = longest;
  }

  /** Resolves as soon as the line is under way, or was refused; never rejects for what the line is. */
  async take(line: InputLine): Promise<void> {
    const refuse = (code: number, message: string) => this.#write(errorMessage(null, code, message));
    switch (line.kind) {
      case 'too_long':
        return refuse(errorCodes.invalidRequest, `A message may have ${this.#longest} bytes.`);
      case 'not_text':
        return refuse(errorCodes.parse, 'The message is not text in UTF-8.');
      case 'text':
        return this.#takeText(line.text);
      default:
        line satisfies never;
    }
  }

  /** No more input comes: what was asked is answered, and what would last for ever ends. */
  async finish(): Promise<void> {
    for (const { lasting, abort } of this.#running.values()) if (lasting) abort.abort();
    await Promise.all([...this.#notifying, ...[...this.#running.values()].map(({ done }) => done)]);
  }

  /** Ends everything that runs. */
  stop(): void {
    for (const { abort } of this.#running.values()) abort.abort();
  }

  async #takeText(text: string): Promise<void> {
    let value: unknown;
    try {
      value = boundedJson(text);
    } catch (error) {
      const { code, message } = toErrorInfo(error);
      return this.#write(errorMessage(null, errorCodes.parse, message, code));
    }
    const incoming = incomingOf(value);
    switch (incoming.kind) {
      case 'request':
        return this.#request(incoming.id, incoming.call, text);
      case 'notification':
        return this.#notify(incoming.call, text);
      case 'cancel':
        // Over HTTP it is the end of the request that cancels it, in both revisions.
        this.#running.get(JSON.stringify(incoming.id))?.abort.abort();
        return;
      case 'response':
        // The server has no questions of its own.
        return;
      case 'invalid':
        return this.#write(
          errorMessage(null, errorCodes.invalidRequest, 'The message is not one of JSON-RPC 2.0.'),
        );
      default:
        incoming satisfies never;
    }
  }

  async #request(id: RequestId, call: Call, text: string): Promise<void> {
    const key = JSON.stringify(id);
    if (this.#running.has(key))
      return this.#write(errorMessage(id, errorCodes.invalidRequest, 'A request with this id still runs.'));
    if (this.#running.size >= mostAtOnce)
      return this.#write(
        errorMessage(id, errorCodes.internal, `No more than ${mostAtOnce} requests run at the same time.`),
      );
    const abort = new AbortController();
    const done = this.#answer(id, call, text, abort.signal).finally(() => this.#running.delete(key));
    this.#running.set(key, { abort, done, lasting: call.method === 'subscriptions/listen' });
  }

  /** Answers with exactly one response, unless the client takes its request back. */
  async #answer(id: RequestId, call: Call, text: string, signal: AbortSignal): Promise<void> {
    try {
      const answer = await this.#doors.post({ text, value: call, headers: headersOf(call) }, signal);
      let answered = false;
      for await (const message of messagesOf(answer, id)) {
        if (signal.aborted) return;
        if (message.method === undefined) answered = true;
        await this.#write(message);
      }
      if (!answered && !signal.aborted)
        await this.#write(errorMessage(id, errorCodes.internal, 'The answer broke off before its end.'));
    } catch (error) {
      if (signal.aborted) return;
      this.#log.error('A message was not answered.', error);
      await this.#write(errorMessage(id, errorCodes.internal, wordsOf(error)));
    }
  }

  #notify(call: Call, text: string): void {
    // A notification has no answer, so neither has one that fails.
    const signal = new AbortController().signal;
    const done = this.#doors
      .post({ text, value: call, headers: headersOf(call) }, signal)
      .then((answer) => answer.text())
      .then(
        () => undefined,
        () => undefined,
      );
    this.#notifying.add(done);
    void done.then(() => this.#notifying.delete(done));
  }
}

async function* messagesOf(answer: Answer, id: RequestId) {
  if (/^text\/event-stream\b/i.test(answer.headers.get('content-type') ?? '') && answer.body) {
    for await (const { data } of readEvents(answer.body)) {
      const message = outgoing.safeParse(jsonOf(data));
      if (message.success) yield message.data;
    }
    return;
  }
  const value = jsonOf(await answer.text());
  const message = outgoing.safeParse(value);
  if (message.success) {
    // What was refused before its id was read is still about this request.
    yield { ...message.data, id: message.data.id ?? id };
    return;
  }
  const refused = errorBody.safeParse(value);
  if (!refused.success) return;
  const { code, message: words } = refused.data.error;
  yield outgoing.parse(errorMessage(id, errorCodes.internal, words, code));
}

/** Undefined for what is no JSON, such as the empty data of an event that only keeps its place. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
