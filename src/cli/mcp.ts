/** `causeway mcp`: the MCP server of a folder, for clients that start their servers themselves. */
import { openStateFolder } from '../store/dataFolders.ts';
import { exitCodes } from './exitCodes.ts';
import { logOf, openHeadless, settingsOf } from './headless.ts';
import type { Invocation } from './main.ts';
import { openDoors } from './mcp/doors.ts';
import { Forwarder } from './mcp/forwarder.ts';
import { inputLines } from './mcp/lines.ts';
import { folderOptions, named, parse } from './parse.ts';
import { placeOf } from './place.ts';
import { StopSignals } from './stopSignals.ts';

const command = 'causeway mcp';

/** Bytes of one message: as much as a body of the bridge may have. */
const longestLine = 32 * 1024 * 1024;

/** Nothing but messages goes to standard output. */
export async function runMcp(invocation: Invocation): Promise<number> {
  const { argv, cwd, env, terminal } = invocation;
  const { values, positionals } = parse(argv, folderOptions, command);
  named(positionals, [], command);
  const place = await placeOf(values.folder, cwd);
  const settings = settingsOf({}, env);
  const log = logOf(terminal, values.verbose);
  const doors = openDoors({
    stateDir: await openStateFolder(),
    folder: place.path,
    openCore: () => openHeadless(place, invocation, { settings, verbose: values.verbose }),
    log,
  });
  const forwarder = new Forwarder(doors, (message) => terminal.writeJson(message), {
    longest: longestLine,
    log,
  });
  const signals = new StopSignals();
  const stop = AbortSignal.any([signals.signal, terminal.gone]);
  const onStop = () => {
    forwarder.stop();
    terminal.stdin.destroy();
  };
  stop.addEventListener('abort', onStop, { once: true });
  try {
    try {
      for await (const line of inputLines(terminal.stdin, longestLine)) {
        if (stop.aborted) break;
        await forwarder.take(line);
      }
    } catch (error) {
      // Input that was closed because of the signal ends too early for whoever reads it.
      if (!stop.aborted) throw error;
    }
    await forwarder.finish();
  } finally {
    stop.removeEventListener('abort', onStop);
    forwarder.stop();
    await doors.close();
    signals.dispose();
  }
  return exitCodes.done;
}
