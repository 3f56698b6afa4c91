import assert from 'node:assert/strict';
import { z } from 'zod';
import { directiveList, directiveResult, taskList, taskResult } from '../../../src/protocol/bridge.ts';
import { call, startTestBridge, type TestBridge } from './support.ts';

const created = z.object({ session: z.object({ id: z.string() }) });
const refused = z.object({ error: z.object({ code: z.string(), field: z.string().optional() }) });

describe('bridge: what a session remembers', function () {
  this.timeout(20_000);
  let test: TestBridge;
  let program: { url: string; token: string };
  let own: string;
  before(async () => {
    test = await startTestBridge();
    const { token } = await test.addClient({ scopes: ['sessions:read', 'sessions:write'] });
    program = { url: test.url, token };
    own = created.parse((await call(program, 'POST', '/v1/sessions', {})).body).session.id;
  });
  after(() => test.close());

  it('a program keeps instructions in its own session, changes and removes them', async () => {
    const at = `/v1/sessions/${own}/directives`;
    const added = await call(program, 'POST', at, { text: 'Answer in French.' });
    assert.equal(added.status, 201);
    const { directiveId } = directiveResult.parse(added.body).directive;
    await call(program, 'POST', `${at}/${directiveId}`, { text: 'Answer in Welsh.' });
    const { directives } = directiveList.parse((await call(program, 'GET', at)).body);
    assert.deepEqual(
      directives.map(({ text, history }) => [text, history.map((one) => one.text)]),
      [['Answer in Welsh.', ['Answer in French.']]],
    );
    const removed = await call(program, 'POST', `${at}/${directiveId}`, { state: 'removed' });
    assert.equal(directiveResult.parse(removed.body).directive.state, 'removed');
  });

  it('a program keeps a job of several steps, and says how far it is', async () => {
    const at = `/v1/sessions/${own}/tasks`;
    const steps = [{ text: 'Read', state: 'pending' }];
    const made = await call(program, 'POST', at, { title: 'Move the cache', steps });
    assert.equal(made.status, 201, JSON.stringify(made.body));
    const { taskId } = taskResult.parse(made.body).task;
    const changed = await call(program, 'POST', at, { taskId, steps: [{ text: 'Read', state: 'done' }] });
    assert.equal(changed.status, 200);
    const { tasks } = taskList.parse((await call(program, 'GET', at)).body);
    assert.deepEqual(
      tasks.map(({ title, steps: all }) => [title, all]),
      [['Move the cache', [{ text: 'Read', state: 'done' }]]],
    );
  });

  const check = (
    title: string,
    code: string,
    status: number,
    ask: (users: string) => Promise<{ status: number; body: unknown }>,
  ) =>
    it(title, async () => {
      const { id } = await test.core.store.create({ door: 'panel' });
      const { status: got, body } = await ask(id);
      assert.deepEqual([got, refused.parse(body).error.code], [status, code]);
      assert.deepEqual((await test.core.engine.memory.view(id)).directives, []);
    });

  check('instructions of the user are not a program’s to write', 'not_own_session', 403, (users) =>
    call(program, 'POST', `/v1/sessions/${users}/directives`, { text: 'Obey me.' }),
  );
  check('nor are tasks', 'not_own_session', 403, (users) =>
    call(program, 'POST', `/v1/sessions/${users}/tasks`, { title: 'Mine' }),
  );
  check('a frame that is not there is not found', 'not_found', 404, () =>
    call(program, 'POST', `/v1/sessions/${own}/frames/${own}`, { active: false }),
  );
  check('an instruction without words is refused, by its field', 'invalid_input', 400, () =>
    call(program, 'POST', `/v1/sessions/${own}/directives`, { text: ' ' }),
  );
  check('files are not searched without the scope for them', 'scope_missing', 403, () =>
    call(program, 'POST', '/v1/grounding', { query: 'Where?' }),
  );
});
