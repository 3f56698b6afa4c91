import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Emitter } from '../../../../src/base/emitter.ts';
import { CallMetrics } from '../../../../src/bridge/metrics/callMetrics.ts';
import { type LoggedCall, relayOutcomes } from '../../../../src/core/relay.ts';
import { type MetricFamily, readExposition } from '../../../support/exposition.ts';

const call = (more: Partial<LoggedCall> = {}): LoggedCall => ({
  at: 1,
  client: 'owner',
  wire: 'panel',
  operation: 'turn',
  provider: 'anthropic',
  model: 'opus',
  stream: true,
  status: 200,
  outcome: 'done',
  totalMs: 1500,
  ...more,
});

function told(...calls: LoggedCall[]): Map<string, MetricFamily> {
  const added = new Emitter<LoggedCall>();
  const metrics = new CallMetrics({ onDidAdd: added.event }, '1.2.3');
  for (const one of calls) added.fire(one);
  const families = readExposition(metrics.text());
  metrics.dispose();
  assert.equal(added.hasListeners, false);
  return families;
}

const value = (families: Map<string, MetricFamily>, name: string, labels: Record<string, string> = {}) =>
  families
    .get(name)
    ?.samples.filter((sample) =>
      Object.entries(labels).every(([label, wanted]) => sample.labels[label] === wanted),
    )
    .reduce((sum, sample) => sum + sample.value, 0);

describe('What Prometheus is told', () => {
  it('can be read whatever a model or a provider is called', () => {
    // What the format escapes among all else that a name may have.
    const special = fc.constantFrom('\\', '"', '\n', 'n', '{', '}', ',', '=', ' ');
    const unit = fc.oneof(special, fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }));
    const name = fc.string({ unit, maxLength: 120 });
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            model: name,
            provider: name,
            client: name,
            outcome: fc.constantFrom(...relayOutcomes),
          }),
        ),
        fc.double({ min: 0, max: 1e9, noNaN: true }),
        (some, totalMs) => {
          const families = told(...some.map((one) => call({ ...one, totalMs, firstTokenMs: totalMs })));
          assert.equal(value(families, 'causeway_calls_total'), some.length);
          for (const one of some)
            if (one.model.length <= 100)
              assert.ok(value(families, 'causeway_calls_total', { model: one.model }));
        },
      ),
    );
  });

  it('counts calls, tokens, dollars and times, with what has no price apart', () => {
    const usage = { inputTokens: 1, outputTokens: 2, cacheCreationTokens: 3, cacheReadTokens: 4 };
    const families = told(
      call({ usage, cost: 0.5, firstTokenMs: 80, masked: 2 }),
      call({ usage, model: 'local', client: 'c1', cache: 'hit' }),
      call({ outcome: 'failed' }),
    );
    const figures: [name: string, labels: Record<string, string>, expected: number][] = [
      ['causeway_calls_total', { outcome: 'failed' }, 1],
      ['causeway_tokens_total', { type: 'cache_read' }, 8],
      ['causeway_tokens_total', { type: 'input', model: 'opus' }, 1],
      ['causeway_cost_dollars_total', {}, 0.5],
      ['causeway_unpriced_calls_total', { model: 'local' }, 1],
      ['causeway_kept_answers_total', {}, 1],
      ['causeway_masked_values_total', {}, 2],
      ['causeway_client_calls_total', { client: 'c1' }, 1],
      ['causeway_client_tokens_total', { client: 'owner' }, 10],
      ['causeway_client_cost_dollars_total', {}, 0.5],
      ['causeway_build_info', { version: '1.2.3' }, 1],
    ];
    for (const [name, labels, expected] of figures)
      assert.equal(value(families, name, labels), expected, name);
    const bucket = (name: string, le: string) =>
      families
        .get(name)
        ?.samples.filter((one) => one.labels.le === le)
        .reduce((sum, one) => sum + one.value, 0);
    assert.deepEqual(
      [bucket('causeway_call_duration_seconds', '1.28'), bucket('causeway_call_duration_seconds', '2.56')],
      [0, 3],
    );
    assert.equal(bucket('causeway_time_to_first_token_seconds', '0.08'), 1);
  });

  it('stays bounded, whatever names programs think of', () => {
    const many = Array.from({ length: 3000 }, (_, at) => call({ model: `m${at}`, client: `c${at}` }));
    const families = told(...many);
    assert.equal(families.get('causeway_calls_total')?.samples.length, 51);
    assert.equal(value(families, 'causeway_calls_total', { model: 'other' }), 2950);
    assert.equal(families.get('causeway_client_calls_total')?.samples.length, 101);
  });
});
