/** Wires a window of an editor: the store, the providers and the bridge behind what the host knows of them. */
import manifest from '../package.json' with { type: 'json' };
import type { Wiring } from './host/wiring.ts';
import { readMemoryFiles } from './memoryFilesOnDisk.ts';
import { openCore, systemClock } from './openCore.ts';
import { openStateFolder, registerDataFolder } from './store/dataFolders.ts';
import { fingerprintOf } from './store/user/fingerprint.ts';
import { isGone } from './store/user/places.ts';
import { ignoredFiles } from './workers/ignoredFiles.ts';

export const windowWiring: Wiring = {
  openCore: (request) => openCore({ ...request, version: manifest.version }),
  fingerprintOf,
  isGone,
  readMemoryFiles,
  ignoredFiles,
  registerDataFolder,
  async startBridge({ core, ...options }) {
    // Most windows have no bridge, so that its code is loaded by those that do.
    const { startBridge } = await import('./bridge/bridge.ts');
    return startBridge({
      ...options,
      version: manifest.version,
      assistant: core.assistant,
      clients: core.user.clients,
      asking: core.user.asking,
      keyedTurns: core.user.keyedTurns,
      relay: core.relay,
      calls: core.calls,
      limiter: core.limiter,
      stateDir: await openStateFolder(),
      clock: systemClock,
    });
  },
};
