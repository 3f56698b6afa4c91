/** `causeway serve`: the bridge of a folder without an editor. */
import { once } from 'node:events';
import { startBridge } from '../bridge/bridge.ts';
import { validatePort } from '../bridge/port.ts';
import type { Assistant } from '../core/assistant.ts';
import { modelNotFound } from '../core/errors.ts';
import { systemClock } from '../openCore.ts';
import type { BridgeState } from '../protocol/bridge.ts';
import { openStateFolder } from '../store/dataFolders.ts';
import { exitCodes } from './exitCodes.ts';
import { logOf, openHeadless, settingsOf } from './headless.ts';
import type { Invocation } from './main.ts';
import { version } from './overview.ts';
import { named, parse } from './parse.ts';
import { placeOf } from './place.ts';
import { sharedStateOf } from './shared.ts';
import { StopSignals } from './stopSignals.ts';
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
      verbose: { type: 'boolean' },
    },
    command,
  );
  const [folder] = positionals.length === 0 ? [undefined] : named(positionals, ['FOLDER'], command);
  const port = validatePort(values.port);
  const settings = settingsOf(values, env);
  const place = await placeOf(folder, cwd);
  const shared = await sharedStateOf(values, env, place, command);
  const stop = new StopSignals();
  try {
    const core = await openHeadless(place, invocation, { settings, verbose: values.verbose, shared });
    try {
      // The first question then waits for less; what fails is in the log.
      if (settings.grounding === 'workspace') void core.index.follow();
      await checkModel(core.assistant, values.model);
      const { model, insteadOf } = await core.assistant.modelFor(undefined);
      const bridge = await startBridge({
        version: await version(),
        assistant: core.assistant,
        clients: core.user.clients,
        asking: core.user.asking,
        keyedTurns: core.user.keyedTurns,
        relay: core.relay,
        calls: core.calls,
        limiter: core.limiter,
        workspace: { id: core.resolved.workspace.id, name: place.identity.name, folders: place.roots },
        stateDir: await openStateFolder(),
        port,
        clock: systemClock,
        log: logOf(terminal, values.verbose),
      });
      try {
        await terminal.write(`Causeway serves ${place.roots.join(' and ')}.\n`);
        await tell(terminal, bridge.address, bridge.state);
        await terminal.write(
          `Answers come from ${model.provider}/${model.id}.${insteadOf === undefined ? '' : ` ${insteadOf}`}\n`,
        );
        await terminal.write(
          'A program needs a token: causeway clients add NAME makes one. Ctrl+C stops the bridge.\n',
        );
        bridge.onDidChange((state) => void tell(terminal, bridge.address, state));
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
