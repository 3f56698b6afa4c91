/** `causeway ask`: one question, one streamed answer. */
import { connectToFolder } from '../../client/discovery.ts';
import { BridgeError } from '../../client/errors.ts';
import {
  interrupted,
  noSessionYet,
  notFound,
  stoppedByUser,
  turnWithdrawn,
  usageInvalid,
} from '../../core/errors.ts';
import type { AssistantEntry } from '../../protocol/entries.ts';
import type { TurnEvent } from '../../protocol/turnEvents.ts';
import { openStateFolder } from '../../store/dataFolders.ts';
import { exitCodes } from '../exitCodes.ts';
import { openHeadless, settingsOf, turnChoices } from '../headless.ts';
import type { Invocation } from '../main.ts';
import { folderOptions, parse } from '../parse.ts';
import { placeOf } from '../place.ts';
import { StopSignals } from '../stopSignals.ts';
import type { Terminal } from '../terminal.ts';
import { bridgeTarget } from './bridgeTarget.ts';
import { coreTarget } from './coreTarget.ts';
import { jsonPrinter, type Printer, TextPrinter } from './printer.ts';
import { readQuestion } from './question.ts';
import { type AskTarget, type Choice, chosenSession, lastOutcome, type Question } from './target.ts';

const command = 'causeway ask';

const options = {
  ...folderOptions,
  session: { type: 'string' },
  new: { type: 'boolean' },
  continue: { type: 'boolean' },
  model: { type: 'string' },
  grounding: { type: 'string' },
  profile: { type: 'string' },
  json: { type: 'boolean' },
  'no-stream': { type: 'boolean' },
} as const;

export async function runAsk(invocation: Invocation): Promise<number> {
  const { argv, env, terminal } = invocation;
  const { values, positionals } = parse(argv, options, command);
  const choice = choiceOf(values);
  // What was typed is checked before standard input is waited for.
  settingsOf(values, env);
  const question: Question = {
    ...turnChoices(values),
    ...(values.profile === undefined ? {} : { profile: values.profile }),
    text: await readQuestion(positionals, terminal),
  };
  const printer = values.json ? jsonPrinter(terminal) : new TextPrinter(terminal, !values['no-stream']);
  const signals = new StopSignals();
  try {
    const target = await openTarget(invocation, values, choice);
    try {
      const stop = AbortSignal.any([signals.signal, terminal.gone]);
      const ended = await answer({ target, choice, question, printer, terminal, stop });
      return signals.exitCode ?? exitCodeOfTurn(ended, terminal);
    } finally {
      await target.close();
    }
  } finally {
    signals.dispose();
  }
}

function choiceOf(values: {
  session?: string | undefined;
  new?: boolean | undefined;
  continue?: boolean | undefined;
}): Choice {
  const chosen = [values.session !== undefined, values.new, values.continue].filter(Boolean).length;
  if (chosen > 1)
    throw usageInvalid('Only one of --session, --new and --continue can be used.', `${command} --help`);
  if (values.session !== undefined) return { kind: 'session', id: values.session };
  return values.continue ? { kind: 'continue' } : { kind: 'new' };
}

async function openTarget(
  invocation: Invocation,
  values: { folder?: string; model?: string; grounding?: string; verbose?: boolean },
  choice: Choice,
): Promise<AskTarget> {
  const { cwd, env, terminal } = invocation;
  const place = await placeOf(values.folder, cwd);
  const client = await runningBridge(place.path, terminal);
  if (client) return bridgeTarget(client);
  // A folder that has no session becomes a workspace with its first one, not with a question that fails.
  if (!place.known && choice.kind === 'continue') throw noSessionYet();
  if (!place.known && choice.kind === 'session') throw notFound('session', choice.id);
  const settings = settingsOf(values, env);
  return coreTarget(await openHeadless(place, invocation, { settings, verbose: values.verbose }));
}

/** A program that pretends to be the bridge gets no token, and is no reason to leave the question unanswered. */
async function runningBridge(folder: string, terminal: Terminal) {
  try {
    return await connectToFolder({ stateDir: await openStateFolder(), folder });
  } catch (error) {
    if (!(error instanceof BridgeError) || error.code !== 'not_a_bridge') throw error;
    terminal.note(error.message);
    return undefined;
  }
}

interface Asking {
  target: AskTarget;
  choice: Choice;
  question: Question;
  printer: Printer;
  terminal: Terminal;
  stop: AbortSignal;
}

type Ended = Extract<TurnEvent, { type: 'turn.ended' | 'turn.withdrawn' }>;

/** Resolves to the terminal event; undefined when it was stopped before there was one. */
async function answer({
  target,
  choice,
  question,
  printer,
  terminal,
  stop,
}: Asking): Promise<Ended | undefined> {
  if (stop.aborted) return undefined;
  const session = await chosenSession(target, choice);
  if (choice.kind !== 'new' && lastOutcome(await target.latest(session.id)) === 'interrupted')
    terminal.note(interrupted().message);
  terminal.note(`session ${session.id}`);
  let begun = false;
  try {
    for await (const event of target.ask(session.id, question, stop)) {
      begun = true;
      if (event.type === 'turn.started' && question.model !== undefined) {
        const used = `${event.provider}/${event.model}`;
        if (used !== question.model) terminal.note(`${question.model} is not ready; ${used} answers.`);
      }
      await printer.print(event);
      if (event.type === 'turn.ended' || event.type === 'turn.withdrawn') return event;
    }
  } catch (error) {
    if (!begun && choice.kind === 'new') await target.discard(session.id);
    throw error;
  } finally {
    await printer.finish();
  }
  return undefined;
}

function exitCodeOfTurn(ended: Ended | undefined, terminal: Terminal): number {
  if (ended?.type === 'turn.withdrawn') terminal.note(turnWithdrawn().message);
  if (ended?.type !== 'turn.ended' || ended.entry.kind !== 'assistant') return exitCodes.failed;
  const { outcome, error, stopReason } = ended.entry;
  switch (outcome) {
    case 'done':
      tellShort(stopReason, terminal);
      return exitCodes.done;
    case 'stopped':
      terminal.note(stoppedByUser().message);
      return exitCodes.failed;
    case 'failed':
    case 'interrupted':
    case undefined:
      if (error) terminal.note(error.message);
      return exitCodes.failed;
    default:
      return outcome satisfies never;
  }
}

/** An answer that is over but not whole must not pass for one. */
function tellShort(reason: AssistantEntry['stopReason'], terminal: Terminal): void {
  if (reason === 'max_tokens') terminal.note('The answer reached the most tokens one answer may have.');
  if (reason === 'refusal') terminal.note('The model declined to answer.');
  if (reason === 'model_context_window_exceeded')
    terminal.note("The answer reached the end of the model's window.");
}
