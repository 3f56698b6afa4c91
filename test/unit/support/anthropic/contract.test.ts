import assert from 'node:assert/strict';
import { type Check, type ContractName, readContract } from '../../../support/anthropic/contract.ts';
import { ApiFailure, type ErrorStatus, errorTypes } from '../../../support/anthropic/errors.ts';
import { type FakeAnthropic, startFakeAnthropic } from '../../../support/anthropic/server.ts';
import { parseBody } from '../../../support/anthropic/validate.ts';
import { answers, broken, rich } from './samples.ts';
import { ask, checkOrder, headersFor, post, readEvents } from './wire.ts';

describe("the fake of Anthropic's API, held to the types of the installed SDK", function () {
  // Reading the types takes seconds on a busy machine.
  this.timeout(60_000);
  let check: Check;
  let fake: FakeAnthropic;
  before(async () => {
    check = readContract();
    fake = await startFakeAnthropic();
  });
  after(() => fake.close());

  const fits = (name: ContractName, value: unknown) => assert.deepEqual(check(name, value), []);

  for (const { name, behaviour } of answers) {
    it(`streams ${name} in events of the types, in the order of the API`, async () => {
      fake.enqueue(behaviour);
      const events = readEvents(await (await post(fake, ask('Why?', { stream: true }))).text());
      for (const event of events) if (event.type !== 'ping') fits('event', event);
      checkOrder(events);
    });

    it(`sends ${name} as a message of the types`, async () => {
      fake.enqueue(behaviour);
      fits('message', await (await post(fake, ask())).json());
    });
  }

  for (const { name, behaviour } of broken) {
    it(`streams events of the types up to ${name}`, async () => {
      fake.enqueue(behaviour);
      const response = await post(fake, ask('Why?', { stream: true }));
      const seen = await readUntilBroken(response);
      // The comment that flushes the content is no event.
      const events = readEvents(seen.replace(/: cut\n\n$/, ''));
      for (const event of events) fits(event.type === 'error' ? 'error' : 'event', event);
      checkOrder(events, false);
      assert.ok(!events.some(({ type }) => type === 'content_block_stop'), 'the block broke off');
    });
  }

  it('a mid-stream error is the error body itself, under the name error', async () => {
    fake.enqueue({ kind: 'error_in_stream', text: 'half an', status: 529 });
    const events = readEvents(await (await post(fake, ask('Why?', { stream: true }))).text());
    const last = events.at(-1);
    assert.deepEqual(last?.error, { type: 'overloaded_error', message: 'Overloaded' });
  });

  /** Documented by the API, but in no type of the SDK; when this changes, the types have caught up. */
  const untyped: ErrorStatus[] = [409, 413];
  for (const status of Object.keys(errorTypes).map(Number) as ErrorStatus[]) {
    it(`answers ${status} with an error body of the types, and headers that name the request`, async () => {
      fake.enqueue({ kind: 'error', status });
      const response = await post(fake, ask());
      const body = (await response.json()) as { request_id: string };
      assert.equal(response.status, status);
      assert.equal(check('error', body).length > 0, untyped.includes(status));
      assert.equal(response.headers.get('request-id'), body.request_id);
      assert.match(response.headers.get('anthropic-organization-id') ?? '', /^[0-9a-f-]{36}$/);
    });
  }

  it('an error with a code has details of the types', async () => {
    fake.enqueue({ kind: 'error', status: 429, errorCode: 'ramp_limit_exceeded' });
    const { error } = (await (await post(fake, ask())).json()) as { error: { details: unknown } };
    fits('errorDetails', error.details);
  });

  it('counts, lists and shows models in the types', async () => {
    const { stream: _, ...counted } = ask('Why?', { stream: true }) as Record<string, unknown>;
    const { max_tokens: __, ...body } = counted;
    fits('tokens', await (await post(fake, body, {}, '/v1/messages/count_tokens')).json());
    const get = async (path: string) =>
      (await (await fetch(fake.url + path, { headers: headersFor(fake) })).json()) as { data: unknown[] };
    const { data } = await get('/v1/models');
    assert.ok(data.length > 0);
    for (const model of data) fits('model', model);
    fits('model', await get('/v1/models/claude-opus-5-5'));
  });

  it('takes a request that uses everything, and it is of the types', async () => {
    const response = await post(fake, rich());
    assert.equal(response.status, 200, await response.clone().text());
    await response.text();
    fits('request', rich());
  });

  it('takes no request that the types do not allow, however one is changed', () => {
    let taken = 0;
    for (const changed of changes(rich())) {
      if (!accepts(changed)) continue;
      taken++;
      assert.deepEqual(check('request', changed), [], JSON.stringify(changed).slice(0, 3_000));
    }
    assert.ok(taken > 100, `only ${taken} changed requests were taken, so this shows little`);
  });
});

/** Reads what comes before the connection ends or breaks. */
async function readUntilBroken(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  try {
    for await (const chunk of response.body ?? []) text += decoder.decode(chunk, { stream: true });
  } catch (error) {
    // A destroyed socket is one of the ways in which these streams end.
    assert.ok(error instanceof TypeError, String(error));
  }
  return text;
}

function accepts(body: unknown): boolean {
  try {
    parseBody(body, '2026-10-21');
    return true;
  } catch (error) {
    // Refusing is right, falling over is not.
    if (error instanceof ApiFailure) return false;
    throw error;
  }
}

const replacements: unknown[] = [null, true, 0, 1.5, -1, '', 'x', [], {}, [{}]];

/** The value with one place removed, replaced or added to, for every place in it. */
function* changes(value: unknown): Generator<unknown> {
  yield* replacements;
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      yield value.toSpliced(index, 1);
      for (const changed of changes(item)) yield value.with(index, changed);
    }
  } else if (typeof value === 'object' && value !== null) {
    yield { ...value, unknown_field: 1 };
    for (const [key, item] of Object.entries(value)) {
      const { [key]: _, ...rest } = value as Record<string, unknown>;
      yield rest;
      for (const changed of changes(item)) yield { ...value, [key]: changed };
    }
  }
}
