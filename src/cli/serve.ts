/** `causeway serve`: the bridge of a folder without an editor. */
import { once } from 'node:events';
import { type BridgeOptions, startBridge } from '../bridge/bridge.ts';
import { validatePort } from '../bridge/port.ts';
import type { Assistant } from '../core/assistant.ts';
import { modelNotFound } from '../core/errors.ts';
import { systemClock } from '../openCore.ts';
import type { BridgeState } from '../protocol/bridge.ts';
import { openStateFolder } from '../store/dataFolders.ts';
import { exitCodes } from './exitCodes.ts';
import { logOf, openHeadless, settingsOf } from './headless.ts';
import type { Invocation } from './main.ts';
import { networkOf, networkOptions } from './network/flags.ts';
import { serveNetwork } from './network/serveNetwork.ts';
import { version } from './overview.ts';
import { named, parse } from './parse.ts';
import { placeOf } from './place.ts';
import { sharedAddressOf, sharedStateOf } from './shared.ts';
import { StopSignals, withoutHangup } from './stopSignals.ts';
import type { Terminal } from './terminal.ts';

const command = 'causeway serve';

export async function runServe(invocation: Invocation): Promise<number> {
  const { argv, cwd, env, terminal } = invocation;
  const { values, positionals } = parse(
    argv,
    {
      port: { type: 'string' },
      model: { type: 'string' },
      grounding: { type: 'string' },
      store: { type: 'string' },
      workspace: { type: 'string' },
      ...networkOptions,
      verbose: { type: 'boolean' },
    },
    command,
  );
  const [folder] = positionals.length === 0 ? [undefined] : named(positionals, ['FOLDER'], command);
  const port = validatePort(values.port);
  // What a file of the address holds is read once: what is bound and what is opened go by the same.
  const store = await sharedAddressOf(values, env);
  const network = networkOf({ ...values, store: store?.shown });
  const settings = settingsOf(values, env);
  const place = await placeOf(folder, cwd);
  const shared = await sharedStateOf(values, store, place, command);
  // Who renews a certificate tells it by this signal, which must end nothing while there is no bridge to renew it at.
  const stop = new StopSignals(process, undefined, network?.files ? withoutHangup : undefined);
  if (network?.files) process.on('SIGHUP', ignoreHangup);
  try {
    const core = await openHeadless(place, invocation, { settings, verbose: values.verbose, shared });
    try {
      // The first question then waits for less; what fails is in the log.
      if (settings.grounding === 'workspace') void core.index.follow();
      await checkModel(core.assistant, values.model);
      const { model, insteadOf } = await core.assistant.modelFor(undefined);
      const deps = {
        version: await version(),
        assistant: core.assistant,
        clients: core.user.clients,
        keyedTurns: core.user.keyedTurns,
        relay: core.relay,
        calls: core.calls,
        limiter: core.limiter,
        workspace: { id: core.resolved.workspace.id, name: place.identity.name, folders: place.roots },
        clock: systemClock,
        log: logOf(terminal, values.verbose),
      };
      await terminal.write(`Causeway serves ${place.roots.join(' and ')}.\n`);
      const bridge = network
        ? await serveNetwork(network, deps, terminal)
        : await serveLoopback(
            {
              ...deps,
              // No window of an editor looks into a shared store, so that nobody would be shown who asks.
              asking: shared === undefined ? core.user.asking : undefined,
              stateDir: await openStateFolder(),
              port,
            },
            terminal,
          );
      try {
        await terminal.write(
          `Answers come from ${model.provider}/${model.id}.${insteadOf === undefined ? '' : ` ${insteadOf}`}\n`,
        );
        await terminal.write(
          'A program needs a token: causeway clients add NAME makes one. Ctrl+C stops the bridge.\n',
        );
        if (!stop.signal.aborted) await once(stop.signal, 'abort');
        terminal.note('Stopping. Turns that run are kept with what has arrived.');
      } finally {
        await bridge.stop();
      }
    } finally {
      await core.close();
    }
    return exitCodes.done;
  } finally {
    stop.dispose();
  }
}

/** Stays until the process ends, which takes a moment after the last of this. */
const ignoreHangup = (): void => undefined;

async function serveLoopback(options: BridgeOptions, terminal: Terminal): Promise<{ stop(): Promise<void> }> {
  const bridge = await startBridge(options);
  bridge.onDidChange((state) => void tell(terminal, bridge.address, state));
  await tell(terminal, bridge.address, bridge.state);
  return bridge;
}

/** A model that was asked for and does not exist is told now, not with each turn. Throws `model_not_found`. */
async function checkModel(assistant: Assistant, wanted: string | undefined): Promise<void> {
  if (wanted === undefined) return;
  const [id] = wanted.split('/');
  if (!(await assistant.providers()).some((provider) => provider.id === id)) throw modelNotFound(wanted);
}

async function tell(
  terminal: Terminal,
  address: string,
  { role, missing, problem }: BridgeState,
): Promise<void> {
  const note = role === 'attached' ? ', since another bridge has the common port' : '';
  await terminal.write(`Listening on ${address} (${role}${problem ? '' : note}).\n`);
  if (missing.length > 0) terminal.note(`This system has no ${missing.join(' and ')}.`);
  if (problem) terminal.note(problem.message);
}
