/** What this process has called since it began, for Prometheus. */
import type { Disposable } from '../../base/disposable.ts';
import type { CallSource, LoggedCall } from '../../core/relay.ts';
import { type Count, Counter, type Distribution, exposition, Histogram, type Labels } from './exposition.ts';

/**
 * Names of models come from programs, and each new one is a series in every counter: so many are told apart, and a
 * longer one than any model has, and all beyond, count as `other`.
 */
const mostModels = 50;
const longestName = 100;
const mostClients = 100;
const other = 'other';

/** Seconds, as the OpenTelemetry conventions for such calls have them, so that both can be compared. */
const durations = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
const firstTokens = [0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

/** The first of these names that come, and `other` for the rest. */
class FewNames {
  readonly #names = new Set<string>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  of(name: string): string {
    if (this.#names.has(name)) return name;
    if (name.length > longestName || this.#names.size >= this.#most) return other;
    this.#names.add(name);
    return name;
  }
}

export class CallMetrics implements Disposable {
  readonly #calls = new Counter('causeway_calls_total', 'Calls of models that are over.');
  readonly #tokens = new Counter(
    'causeway_tokens_total',
    'Tokens as providers counted them; input is what was neither read from their cache nor written into it.',
  );
  readonly #cost = new Counter('causeway_cost_dollars_total', 'US dollars of calls whose price is known.');
  readonly #unpriced = new Counter(
    'causeway_unpriced_calls_total',
    'Calls with tokens and without a known price, which the cost leaves out.',
  );
  readonly #hits = new Counter(
    'causeway_kept_answers_total',
    'Answers that were kept from an earlier call, so that no model was asked.',
  );
  readonly #masked = new Counter(
    'causeway_masked_values_total',
    'Values in requests in whose places a placeholder was sent.',
  );
  readonly #duration = new Histogram('causeway_call_duration_seconds', 'How long calls took.', durations);
  readonly #first = new Histogram(
    'causeway_time_to_first_token_seconds',
    'How long it took until the first word of a stream.',
    firstTokens,
  );
  readonly #clientCalls = new Counter(
    'causeway_client_calls_total',
    'Calls by the id of the client, or owner.',
  );
  readonly #clientTokens = new Counter('causeway_client_tokens_total', 'Tokens of all kinds by client.');
  readonly #clientCost = new Counter(
    'causeway_client_cost_dollars_total',
    'US dollars of calls whose price is known, by client.',
  );
  readonly #models = new FewNames(mostModels);
  readonly #clients = new FewNames(mostClients);
  readonly #byModel = new Map<string, CountedModel>();
  readonly #byClient = new Map<string, CountedClient>();
  readonly #version: string;
  readonly #subscription: Disposable;

  constructor(calls: Pick<CallSource, 'onDidAdd'>, version: string) {
    this.#version = version;
    this.#subscription = calls.onDidAdd((call) => this.#count(call));
  }

  text(): string {
    const { rss } = process.memoryUsage();
    const { user, system } = process.cpuUsage();
    return exposition(
      [
        this.#calls,
        this.#tokens,
        this.#cost,
        this.#unpriced,
        this.#hits,
        this.#masked,
        this.#duration,
        this.#first,
        this.#clientCalls,
        this.#clientTokens,
        this.#clientCost,
      ],
      [
        {
          name: 'causeway_build_info',
          help: 'Which version answers; always 1.',
          labels: { version: this.#version },
          value: 1,
        },
        {
          name: 'process_start_time_seconds',
          help: 'When the process began, in seconds since the epoch.',
          value: Math.round(performance.timeOrigin / 1000),
        },
        { name: 'process_resident_memory_bytes', help: 'Memory of the process.', value: rss },
        {
          name: 'process_cpu_seconds_total',
          help: 'Time the process was computing.',
          value: (user + system) / 1_000_000,
        },
      ],
    );
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  #count(call: LoggedCall): void {
    const { usage, cost } = call;
    const model = this.#modelOf(call);
    model.calls.add(1);
    model.duration.observe(call.totalMs / 1000);
    const { what } = model;
    if (call.firstTokenMs !== undefined) {
      model.first ??= this.#first.of({ operation: call.operation, ...what });
      model.first.observe(call.firstTokenMs / 1000);
    }
    if (call.cache === 'hit') this.#hits.of(what).add(1);
    if (call.masked) this.#masked.of(what).add(call.masked);
    const client = this.#clientOf(call.client);
    client.calls.add(1);
    if (!usage) return;
    const used = [usage.inputTokens, usage.outputTokens, usage.cacheReadTokens, usage.cacheCreationTokens];
    model.tokens ??= tokenTypes.map((type) => this.#tokens.of({ ...what, type }));
    for (const [at, count] of model.tokens.entries()) count.add(used[at] ?? 0);
    client.tokens.add(used.reduce((sum, one) => sum + one, 0));
    if (cost === undefined) {
      model.unpriced ??= this.#unpriced.of(what);
      model.unpriced.add(1);
      return;
    }
    // Only now: a cost that is told is known.
    model.cost ??= this.#cost.of(what);
    model.cost.add(cost);
    client.cost ??= this.#clientCost.of(client.who);
    client.cost.add(cost);
  }

  #modelOf({ wire, operation, provider = '', model, outcome }: LoggedCall): CountedModel {
    const what = { provider, model: this.#models.of(model) };
    const key = [wire, operation, outcome, what.provider, what.model].join('\n');
    const known = this.#byModel.get(key);
    if (known) return known;
    const counted: CountedModel = {
      what,
      calls: this.#calls.of({ wire, operation, ...what, outcome }),
      duration: this.#duration.of({ operation, ...what }),
    };
    this.#byModel.set(key, counted);
    return counted;
  }

  #clientOf(id: string): CountedClient {
    const who = { client: this.#clients.of(id) };
    const known = this.#byClient.get(who.client);
    if (known) return known;
    const counted: CountedClient = {
      who,
      calls: this.#clientCalls.of(who),
      tokens: this.#clientTokens.of(who),
    };
    this.#byClient.set(who.client, counted);
    return counted;
  }
}

const tokenTypes = ['input', 'output', 'cache_read', 'cache_write'] as const;

/** What calls alike in all their labels add to. */
interface CountedModel {
  what: Labels;
  calls: Count;
  duration: Distribution;
  first?: Distribution;
  /** In the order of `tokenTypes`. */
  tokens?: Count[];
  cost?: Count;
  unpriced?: Count;
}

interface CountedClient {
  who: Labels;
  calls: Count;
  tokens: Count;
  cost?: Count;
}
