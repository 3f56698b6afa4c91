/** `causeway status`: the bridges of this user. */

import { readDiscoveries } from '../client/discovery.ts';
import { BridgeError } from '../client/errors.ts';
import { verifyBridge } from '../client/verify.ts';
import type { Discovery } from '../protocol/bridge.ts';
import { stateFolderPath } from '../store/dataFolders.ts';
import { exitCodes } from './exitCodes.ts';
import type { Invocation } from './main.ts';
import { named, parse } from './parse.ts';
import { table } from './table.ts';
import { timeText } from './text.ts';

const command = 'causeway status';

export async function runStatus({ argv, terminal }: Invocation): Promise<number> {
  const { values, positionals } = parse(argv, { json: { type: 'boolean' } }, command);
  named(positionals, [], command);
  const found = await readDiscoveries(stateFolderPath());
  const bridges = (await Promise.all(found.map(looked))).sort((a, b) => a.port - b.port);
  if (values.json) {
    for (const bridge of bridges) await terminal.writeJson(bridge);
  } else if (bridges.length === 0) {
    terminal.note('No bridge runs. Start one with causeway serve.');
  } else {
    const rows = bridges.map((one) => [
      one.address,
      one.answers ? one.role : 'no answer',
      String(one.pid),
      timeText(one.startedAt),
      one.workspaceName,
      one.folders.join(', '),
    ]);
    await terminal.write(
      table(['ADDRESS', 'ROLE', 'PROCESS', 'SINCE', 'WORKSPACE', 'FOLDERS'], rows, terminal.width),
    );
  }
  return exitCodes.done;
}

/** Fields are named one by one, so that the start token is never among them. */
async function looked({
  port,
  role,
  pid,
  startedAt,
  workspaceId,
  workspaceName,
  folders,
  ownerToken,
}: Discovery) {
  const address = `http://127.0.0.1:${port}`;
  const answers = await verifyBridge(address, ownerToken).then(
    () => true,
    (error: unknown) => {
      if (error instanceof BridgeError) return false;
      throw error;
    },
  );
  return { address, port, role, answers, pid, startedAt, workspaceId, workspaceName, folders };
}
