/**
 * Calls over a message port: every call resolves, rejects, or is rejected when the other end goes away.
 * Both ends are ours and run the same version, so messages are not parsed; errors cross by a codec.
 */

/** The part of a worker's or a channel's port that is used here. */
export interface PortLike {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (message: unknown) => void): unknown;
}

/** How an error crosses; `decode(encode(e))` is an error that says the same. */
export interface ErrorCodec<E> {
  encode(error: unknown): E;
  decode(encoded: E): Error;
}

type Message<E> =
  | { kind: 'call'; id: number; method: string; args: unknown[] }
  | { kind: 'ok'; id: number; value: unknown }
  | { kind: 'failed'; id: number; error: E }
  | { kind: 'event'; value: unknown };

type Methods<T> = {
  [K in keyof T as T[K] extends (...args: never[]) => unknown ? K : never]: T[K];
};

/** An API whose methods all return promises, as it looks from the far end. */
export type Remote<T> = {
  [K in keyof Methods<T>]: T[K] extends (...args: infer A) => infer R
    ? (...args: A) => Promise<Awaited<R>>
    : never;
};

/** Answers calls with the methods of `target`. Returns a function that sends an event to the far end. */
export function serveRpc<T extends object, E>(
  port: PortLike,
  target: T,
  codec: ErrorCodec<E>,
): (event: unknown) => void {
  port.on('message', async (raw) => {
    const message = raw as Message<E>;
    if (message.kind !== 'call') return;
    try {
      const method: unknown = Reflect.get(target, message.method);
      if (typeof method !== 'function') throw new TypeError(`No method ${message.method} here.`);
      const value: unknown = await Reflect.apply(method, target, message.args);
      port.postMessage({ kind: 'ok', id: message.id, value } satisfies Message<E>);
    } catch (error) {
      port.postMessage({ kind: 'failed', id: message.id, error: codec.encode(error) } satisfies Message<E>);
    }
  });
  return (value) => port.postMessage({ kind: 'event', value } satisfies Message<E>);
}

export interface RpcClient<T> {
  readonly remote: Remote<T>;
  /** Rejects all calls under way and all later ones with this error. */
  fail(error: Error): void;
}

/** Calls the methods that the far end serves; events from there go to `onEvent`. */
export function connectRpc<T extends object, E>(
  port: PortLike,
  codec: ErrorCodec<E>,
  onEvent: (event: unknown) => void = () => undefined,
): RpcClient<T> {
  let nextId = 1;
  let failure: Error | undefined;
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();

  port.on('message', (raw) => {
    const message = raw as Message<E>;
    switch (message.kind) {
      case 'call':
        return;
      case 'event':
        return onEvent(message.value);
      case 'ok':
        waiting.get(message.id)?.resolve(message.value);
        waiting.delete(message.id);
        return;
      case 'failed':
        waiting.get(message.id)?.reject(codec.decode(message.error));
        waiting.delete(message.id);
        return;
      default:
        message satisfies never;
    }
  });

  const call = (method: string, args: unknown[]) =>
    new Promise<unknown>((resolve, reject) => {
      if (failure) return reject(failure);
      const id = nextId++;
      // What cannot be sent throws here, and so rejects the call, before anything waits for an answer.
      port.postMessage({ kind: 'call', id, method, args } satisfies Message<E>);
      waiting.set(id, { resolve, reject });
    });

  const remote = new Proxy({} as Remote<T>, {
    get: (_, method) =>
      typeof method === 'string' && method !== 'then'
        ? (...args: unknown[]) => call(method, args)
        : undefined,
  });

  return {
    remote,
    fail(error) {
      failure = error;
      for (const { reject } of waiting.values()) reject(error);
      waiting.clear();
    },
  };
}
