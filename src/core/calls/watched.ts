/** Measures a request to a model while its answer passes. */
import type { Usage } from '../../protocol/content.ts';
import type { Door } from '../../protocol/entries.ts';
import type { Clock } from '../ports.ts';
import { costOf } from '../providers/prices.ts';
import type { ModelInfo, ProviderEvent } from '../providers/provider.ts';
import { type LoggedCall, loggedModel, type RelayOutcome } from '../relay.ts';

/** Where calls are kept. */
export interface CallSink {
  /** Never throws. */
  add(call: LoggedCall): void;
}

/** What is known of a request before it is sent. */
export interface Watched {
  model: ModelInfo;
  operation: 'turn' | 'frame' | 'title';
  door: Door;
  sessionId: string;
  /** Id of the program whose turn it is; the user's own when absent. */
  client?: string | undefined;
  masked?: number;
  /** It is answered from an earlier one: no model is asked. */
  cached?: boolean;
}

/** The same events; when they are over, or nobody wants more of them, what the request was is told. `tell` never rejects. */
export async function* watched(
  events: AsyncIterable<ProviderEvent>,
  about: Watched,
  clock: Clock,
  tell: (call: LoggedCall) => void | Promise<void>,
): AsyncIterable<ProviderEvent> {
  const at = clock.now();
  const from = clock.monotonic();
  const seen: Seen = { outcome: 'aborted' };
  try {
    for await (const event of events) {
      see(seen, event, () => clock.monotonic() - from);
      yield event;
    }
  } finally {
    await tell(callOf(about, seen, at, clock.monotonic() - from));
  }
}

interface Seen {
  outcome: RelayOutcome;
  usage?: Usage;
  firstTokenMs?: number;
  requestId?: string;
  error?: string;
}

function see(seen: Seen, event: ProviderEvent, elapsed: () => number): void {
  switch (event.type) {
    case 'start':
      if (event.requestId !== undefined) seen.requestId = event.requestId;
      return;
    case 'text':
    case 'thinking':
    case 'redacted_thinking':
    case 'tool_use':
      seen.firstTokenMs ??= elapsed();
      return;
    case 'usage':
      seen.usage = event.usage;
      return;
    case 'stop':
      seen.usage = event.usage;
      seen.outcome = 'done';
      return;
    case 'error':
      seen.outcome = 'failed';
      seen.error = event.error.code;
      return;
    case 'aborted':
    case 'thinking_signature':
    case 'citation':
    case 'retrying':
      return;
    default:
      event satisfies never;
  }
}

function callOf(about: Watched, seen: Seen, at: number, totalMs: number): LoggedCall {
  const { model, masked } = about;
  const { outcome, ...more } = seen;
  const cost = seen.usage && costOf(seen.usage, model.price);
  return {
    at,
    client: about.client ?? 'owner',
    wire: about.door,
    operation: about.operation,
    provider: model.provider,
    model: loggedModel(model.provider, model.id),
    session: about.sessionId,
    stream: true,
    // What went between Causeway and the model's server has no status for whoever asked.
    status: outcome === 'done' ? 200 : 0,
    outcome,
    ...more,
    ...(cost === undefined ? {} : { cost }),
    ...(masked === undefined ? {} : { masked }),
    ...(about.cached ? { cache: 'hit' as const } : {}),
    totalMs,
  };
}
