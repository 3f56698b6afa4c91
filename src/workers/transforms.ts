/** The worker thread in which the user's own transforms run: loaded once, in the order of their names, then asked. */
import { type MessagePort, workerData } from 'node:worker_threads';
import { traceOf } from '../base/trace.ts';
import {
  type FromThread,
  mostCharacters,
  type TransformCall,
  type TransformFile,
} from './transformMessages.ts';

type Hook = (value: unknown, about: unknown) => unknown;

const { port, files }: { port: MessagePort; files: TransformFile[] } = workerData;
// What a module writes to the thread's own port is heard by nobody, and this one it does not find.
delete workerData.port;

const tell = (message: FromThread): void => port.postMessage(message);
const hooks = new Map<string, { request: Hook | undefined; answer: Hook | undefined }>();

async function load(): Promise<void> {
  for (const { file, url } of files) {
    tell({ kind: 'loading', file });
    try {
      const module: Record<string, unknown> = await import(url);
      const request = hookOf(module, 'request');
      const answer = hookOf(module, 'answer');
      if (!request && !answer) return tell({ kind: 'failed', why: 'no_exports' });
      hooks.set(file, { request, answer });
    } catch (error) {
      return tell({ kind: 'failed', why: 'threw', trace: traceOf(error) });
    }
  }
  const loaded = [...hooks].map(([file, { request, answer }]) => ({
    file,
    request: request !== undefined,
    answer: answer !== undefined,
  }));
  tell({ kind: 'ready', loaded });
}

/** Of a file in CommonJS its exports may stand under `default` alone. */
function hookOf(module: Record<string, unknown>, name: 'request' | 'answer'): Hook | undefined {
  const { default: inner } = module;
  const nested = typeof inner === 'object' && inner !== null ? Reflect.get(inner, name) : undefined;
  const found = module[name] ?? nested;
  return typeof found === 'function' ? (...given) => Reflect.apply(found, undefined, given) : undefined;
}

async function run({ file, step, json, about }: TransformCall): Promise<void> {
  let result: unknown;
  try {
    result = await hooks.get(file)?.[step]?.(JSON.parse(json), about);
  } catch (error) {
    return tell({ kind: 'failed', why: 'threw', trace: traceOf(error) });
  }
  if (result === undefined || result === null) return tell({ kind: 'failed', why: 'nothing' });
  let after: string | undefined;
  try {
    after = JSON.stringify(result);
  } catch {
    // Circles and numbers that JSON has no form for.
    return tell({ kind: 'failed', why: 'not_json' });
  }
  if (after === undefined) return tell({ kind: 'failed', why: 'not_json' });
  if (after.length > mostCharacters) return tell({ kind: 'failed', why: 'too_large' });
  tell({ kind: 'done', json: after });
}

port.on('message', (call: TransformCall) => void run(call));
await load();
