/** Where messages of a client go: to the bridge of the folder, or to the same endpoint in this process. */
import type { McpEndpoint } from '../../bridge/mcp/handler.ts';
import { findBridge } from '../../client/discovery.ts';
import { BridgeError } from '../../client/errors.ts';
import type { Log } from '../../core/ports.ts';
import type { OpenCore } from '../../openCore.ts';
import { version } from '../overview.ts';
import type { BridgeDoor } from './bridgeDoor.ts';

/** A message in its text and as the value it was read to. */
export interface Posted {
  text: string;
  value: unknown;
  headers: Record<string, string>;
}

/** What is used of a `Response`. */
export interface Answer {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: AsyncIterable<Uint8Array> | null;
  text(): Promise<string>;
}

export interface Doors {
  /** Throws what keeps it from being answered, and the signal's reason once that aborts. */
  post(message: Posted, signal: AbortSignal): Promise<Answer>;
  close(): Promise<void>;
}

interface DoorsOptions {
  stateDir: string;
  folder: string;
  openCore(): Promise<OpenCore>;
  log: Log;
}

/**
 * The bridge is looked for with each message, and proves itself each time: it may start, stop and change its port
 * while a client stays, and a program that took its port gets neither the token nor the question.
 */
export function openDoors({ stateDir, folder, openCore, log }: DoorsOptions): Doors {
  let here: Promise<{ core: OpenCore; endpoint: McpEndpoint }> | undefined;
  let there: Promise<BridgeDoor> | undefined;
  const openHere = async () => {
    const core = await openCore();
    const [{ mcpEndpoint }, { mcpServer, slowTools }, own] = await Promise.all([
      import('../../bridge/mcp/handler.ts'),
      import('../../bridge/mcp/server.ts'),
      version(),
    ]);
    return {
      core,
      endpoint: mcpEndpoint((access) => mcpServer(access, { version: own, log }), log, { slowTools }),
    };
  };
  return {
    async post(message, signal) {
      const bridge = await findBridge({ stateDir, folder }).catch((error: unknown) => {
        if (!(error instanceof BridgeError) || error.code !== 'not_a_bridge') throw error;
        log.warn(error.message);
        return undefined;
      });
      signal.throwIfAborted();
      if (bridge) {
        there ??= import('./bridgeDoor.ts').then((loaded) => loaded.bridgeDoor());
        return (await there).post(bridge, message, signal);
      }
      here ??= openHere().catch((error: unknown) => {
        // The next message tries again.
        here = undefined;
        throw error;
      });
      const { core, endpoint } = await here;
      signal.throwIfAborted();
      const { accessOf } = await import('../../bridge/mcp/access.ts');
      const access = accessOf(core.assistant, { principal: { kind: 'owner', door: 'mcp' }, signal });
      const { headers, text: body } = message;
      const asked = new Request('http://127.0.0.1/mcp', { method: 'POST', headers, body, signal });
      return endpoint.answer(asked, message.value, access);
    },
    async close() {
      // What did not open has nothing to close, and was told to whoever asked.
      const [opened, bridge] = await Promise.all([here?.catch(() => undefined), there]);
      await bridge?.close();
      await opened?.endpoint.close();
      await opened?.core.close();
    },
  };
}
