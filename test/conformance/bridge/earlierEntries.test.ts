import assert from 'node:assert/strict';
import type { EntryDraft } from '../../../src/protocol/entries.ts';
import { canaries } from '../../support/canaries.ts';
import { answer as stored, title, user } from '../../unit/store/sqlite/samples.ts';
import { bearer, call, startTestBridge, type TestBridge } from './support.ts';

const secretOf = (seed: number): string => {
  const found = canaries(seed).find(({ kind }) => kind === 'github');
  assert.ok(found);
  return found.secret;
};
/** One for each place, so that what is masked in one is not known from another. */
const secrets = {
  said: secretOf(41),
  answered: secretOf(42),
  title: secretOf(43),
  frame: secretOf(44),
  report: secretOf(45),
  directive: secretOf(46),
  task: secretOf(47),
};
const leaked = (text: string): string[] =>
  Object.entries(secrets).flatMap(([place, secret]) => (text.includes(secret) ? [place] : []));

const mark = () => ({ id: crypto.randomUUID(), at: Date.now(), door: 'panel' as const });

describe('bridge: what was stored before secrets were masked', function () {
  this.timeout(20_000);
  let test: TestBridge;
  let id: string;
  before(async () => {
    test = await startTestBridge();
    ({ id } = await test.core.store.create({ door: 'panel', title: `Deploy with ${secrets.title}` }));
    const turnId = crypto.randomUUID();
    const asked = user(`The wombat token is ${secrets.said}`, turnId);
    const answered = stored(`I noted the wombat token ${secrets.answered}`, turnId);
    const frame: EntryDraft = {
      kind: 'frame',
      id: crypto.randomUUID(),
      at: Date.now(),
      door: 'core',
      covers: { fromId: asked.id, toId: answered.id },
      method: 'extractive',
      active: true,
      body: {
        goals: [`Use ${secrets.frame}`],
        decisions: [],
        facts: [],
        entities: [],
        files: [],
        failed: [],
        openSteps: [],
        preferences: [],
      },
    };
    const report = {
      model: 'anthropic/claude',
      window: 1000,
      outputReserve: 10,
      budget: 990,
      segments: [
        {
          kind: 'system' as const,
          label: 'Your instructions',
          tokens: 1,
          reason: 'Set.',
          text: `Use ${secrets.report}`,
        },
        { kind: 'input' as const, label: 'Your input', tokens: 1, reason: 'Asked.', entryIds: [asked.id] },
      ],
      omitted: [],
    };
    await test.core.store.append(id, [
      asked,
      { ...answered, report },
      frame,
      {
        ...mark(),
        kind: 'directive',
        directiveId: crypto.randomUUID(),
        text: `Send ${secrets.directive}`,
        state: 'confirmed',
      },
      {
        ...mark(),
        kind: 'task',
        taskId: crypto.randomUUID(),
        title: `Roll out ${secrets.task}`,
        state: 'open',
        steps: [{ text: `Enter ${secrets.task}`, state: 'pending' }],
      },
      title(`Deploy with ${secrets.title}`),
    ]);
    assert.deepEqual(
      leaked(JSON.stringify([await test.core.store.log(id), await test.core.store.list()])),
      Object.keys(secrets),
      'it is stored as it was said',
    );
  });
  after(() => test.close());

  const get = async (path: string) =>
    JSON.stringify((await call({ url: test.url, token: test.token }, 'GET', path)).body);
  const mcp = async (method: string, params: object) => {
    const answer = await fetch(`${test.url}/mcp`, {
      method: 'POST',
      headers: {
        ...bearer(test.token),
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    });
    return answer.text();
  };
  const events = async () => {
    const stream = await fetch(`${test.url}/v1/sessions/${id}/events?after=0`, {
      headers: bearer(test.token),
    });
    let heard = '';
    for await (const chunk of stream.body ?? []) {
      heard += Buffer.from(chunk).toString();
      if (heard.includes('"kind":"title"')) break;
    }
    return heard;
  };
  const recall = async (query: string) =>
    JSON.stringify(
      (await call({ url: test.url, token: test.token }, 'POST', `/v1/sessions/${id}/recall`, { query })).body,
    );
  const mcpCall = (name: string, args: object) => mcp('tools/call', { name, arguments: args });

  const doors: [door: string, shows: RegExp, read: () => Promise<string>][] = [
    ['GET of the session', /wombat token is \[secret:/, () => get(`/v1/sessions/${id}`)],
    ['GET of the list', /Deploy with \[secret:/, () => get('/v1/sessions')],
    ['its events', /wombat token is \[secret:/, events],
    ['its frames', /Use \[secret:/, () => get(`/v1/sessions/${id}/frames`)],
    ['its directives', /Send \[secret:/, () => get(`/v1/sessions/${id}/directives`)],
    ['its tasks', /Roll out \[secret:/, () => get(`/v1/sessions/${id}/tasks`)],
    ['what was sent', /Use \[secret:/, () => get(`/v1/sessions/${id}/context?texts=true&request=true`)],
    ['recall', /wombat token is \[secret:/, () => recall('Which wombat token is it?')],
    [
      'MCP’s resource of the session',
      /wombat token is \[secret:/,
      () => mcp('resources/read', { uri: `causeway://sessions/${id}` }),
    ],
    [
      'MCP’s resource of its frames',
      /Use \[secret:/,
      () => mcp('resources/read', { uri: `causeway://sessions/${id}/frames` }),
    ],
    ['MCP’s list of resources', /Deploy with \[secret:/, () => mcp('resources/list', {})],
    ['MCP’s list of sessions', /Deploy with \[secret:/, () => mcpCall('list_sessions', {})],
    [
      'MCP’s recall',
      /wombat token is \[secret:/,
      () => mcpCall('recall', { query: 'wombat token', session: id }),
    ],
    ['MCP’s read of the context', /Your instructions/, () => mcpCall('read_context', { session: id })],
  ];
  for (const [door, shows, read] of doors)
    it(`threat 19: is told masked by ${door}`, async () => {
      const told = await read();
      assert.match(told, shows);
      assert.deepEqual(leaked(told), []);
    });

  it('threat 19: what another window stores as it was said is told masked as it happens', async () => {
    const [said, retitled] = [secretOf(53), secretOf(54)];
    const { id: followed } = await test.core.store.create({ door: 'panel' });
    const stream = await fetch(`${test.url}/v1/sessions/${followed}/events`, { headers: bearer(test.token) });
    const turnId = crypto.randomUUID();
    const asked = user(`The wombat token is ${said}`, turnId);
    await test.core.store.append(followed, [asked, stored(`It is ${said}`, turnId), title(`On ${retitled}`)]);
    await test.core.store.append(followed, [user('The last one')]);
    let heard = '';
    for await (const chunk of stream.body ?? []) {
      heard += Buffer.from(chunk).toString();
      if (heard.includes('The last one')) break;
    }
    assert.match(
      heard,
      /wombat token is \[secret:.*"It is \[secret:.*event: turn\.ended.*On \[secret:.*The last one/s,
    );
    assert.ok(!heard.includes(said) && !heard.includes(retitled));
  });

  it('threat 19: a title that a program gives is stored masked, and told so', async () => {
    const secret = secretOf(51);
    const made = await call({ url: test.url, token: test.token }, 'POST', '/v1/sessions', {
      title: `Rotate ${secret}`,
    });
    assert.equal(made.status, 201);
    assert.match(made.body.session.title, /^Rotate \[secret:/);
    const kept = JSON.stringify([
      await test.core.store.get(made.body.session.id),
      await test.core.store.log(made.body.session.id),
    ]);
    assert.ok(!kept.includes(secret));
  });

  it('threat 19: a title that somebody renames to is stored masked', async () => {
    const secret = secretOf(52);
    const { id: renamed } = await test.core.store.create({ door: 'panel' });
    const { title: kept } = await test.core.engine.renameSession(renamed, `Keep ${secret}`, 'panel');
    assert.match(kept, /^Keep \[secret:/);
    assert.ok(!JSON.stringify(await test.core.store.log(renamed)).includes(secret));
  });
});
