/** The bridge of `causeway serve --listen`: told of, its certificate renewed with SIGHUP. */

import { type NetworkBridgeOptions, startNetworkBridge } from '../../bridge/networkBridge.ts';
import type { TlsPair } from '../../bridge/nodeServer.ts';
import { wordsOf } from '../exitCodes.ts';
import type { Terminal } from '../terminal.ts';
import type { NetworkWish } from './flags.ts';
import { endOf, readTlsFiles } from './tlsFiles.ts';

/** Resolves to what stops it. Throws as `readTlsFiles` and `startNetworkBridge` do. */
export async function serveNetwork(
  { address, port, hosts, files }: NetworkWish,
  deps: Omit<NetworkBridgeOptions, 'place'>,
  terminal: Terminal,
): Promise<{ stop(): Promise<void> }> {
  const tls = files && (await readTlsFiles(files));
  const bridge = await startNetworkBridge({ ...deps, place: { address, port, tls, hosts } });
  const renew = async () => {
    if (!files) return;
    try {
      const pair = await readTlsFiles(files);
      bridge.renew(pair);
      terminal.note(`The certificate was read again.${endText(pair)}`);
    } catch (error) {
      terminal.note(`The certificate stays as it was. ${wordsOf(error)}`);
    }
  };
  const onHangup = () => void renew();
  if (files) process.on('SIGHUP', onHangup);
  try {
    await terminal.write(`Listening on ${bridge.address} (network).${tls ? endText(tls) : ''}\n`);
    await terminal.write(`Answers to ${[...hosts].join(', ')}, and to this machine itself.\n`);
  } catch (error) {
    process.off('SIGHUP', onHangup);
    await bridge.stop();
    throw error;
  }
  return {
    stop() {
      process.off('SIGHUP', onHangup);
      return bridge.stop();
    },
  };
}

function endText(pair: TlsPair): string {
  const end = endOf(pair);
  const day = end.toISOString().slice(0, 10);
  return end.getTime() < Date.now() ? ` It ended on ${day}: clients will refuse it.` : ` It ends on ${day}.`;
}
