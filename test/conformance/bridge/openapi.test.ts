import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { z } from 'zod';
import { referencePage } from '../../support/referencePage.ts';
import { answer, user } from '../../unit/store/sqlite/samples.ts';
import { call, startTestBridge, type TestBridge } from './support.ts';

const operation = z.looseObject({
  operationId: z.string(),
  responses: z.record(
    z.string(),
    z.looseObject({
      content: z.record(z.string(), z.object({ schema: z.record(z.string(), z.unknown()) })).optional(),
    }),
  ),
});
const openApi = z.looseObject({
  openapi: z.literal('3.1.1'),
  paths: z.record(z.string(), z.record(z.string(), operation)),
  components: z.looseObject({ schemas: z.record(z.string(), z.unknown()) }),
});

describe('bridge: the OpenAPI document', function () {
  this.timeout(20_000);
  let test: TestBridge;
  let document: z.infer<typeof openApi>;
  before(async () => {
    test = await startTestBridge();
    const { status, body } = await call(test, 'GET', '/openapi.json');
    assert.equal(status, 200);
    document = openApi.parse(body);
  });
  after(() => test.close());

  it('is OpenAPI 3.1 to a validator of others', async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(document));
    assert.ok(valid, JSON.stringify(errors));
  });

  it('needs a token, of whatever scope', async () => {
    assert.equal((await call({ url: test.url, token: 'wrong' }, 'GET', '/openapi.json')).status, 401);
    const { token } = await test.addClient({ scopes: ['usage'] });
    assert.equal((await call({ url: test.url, token }, 'GET', '/openapi.json')).status, 200);
  });

  it('gives each operation a name of its own', () => {
    const ids = Object.values(document.paths).flatMap((path) =>
      Object.values(path).map((one) => one.operationId),
    );
    assert.equal(new Set(ids).size, ids.length);
  });

  /** What the document promises of an answer, as a check of one. */
  function promised(path: string, method: string, status: number): (value: unknown) => void {
    const content = document.paths[path]?.[method]?.responses[String(status)]?.content;
    const schema = content?.['application/json']?.schema ?? {};
    assert.ok(typeof schema.$ref === 'string', `${method} ${path} says what it answers with ${status}.`);
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema({ $id: 'doc', components: document.components });
    const validate = ajv.getSchema(`doc${schema.$ref}`);
    assert.ok(validate);
    return (value) => assert.ok(validate(value), JSON.stringify(validate.errors));
  }

  const check = (title: string, { method = 'get', path, body, status = 200 }: Asked) =>
    it(`promises what ${title} answers`, async () => {
      const made = await call(test, 'POST', '/v1/sessions', { title: 'Asked' });
      const { id } = z.object({ session: z.object({ id: z.string() }) }).parse(made.body).session;
      const asked = user('Hello');
      await test.core.store.append(id, [asked, answer('Hello to you.', asked.turnId)]);
      const told = await call(test, method.toUpperCase(), path.replace('{id}', id), body);
      assert.equal(told.status, status, JSON.stringify(told.body));
      promised(path, method, status)(told.body);
    });
  interface Asked {
    method?: 'get' | 'post';
    path: string;
    body?: unknown;
    status?: number;
  }

  check('the list of sessions', { path: '/v1/sessions' });
  check('a new session', { method: 'post', path: '/v1/sessions', body: { title: 'New' }, status: 201 });
  check('a session', { path: '/v1/sessions/{id}' });
  check('sharing', { method: 'post', path: '/v1/sessions/{id}/share', body: { shared: true } });
  check('the branches', { path: '/v1/sessions/{id}/branches' });
  check('a turn', { method: 'post', path: '/v1/sessions/{id}/turns', body: { text: 'Hello' } });
  check('stopping', { method: 'post', path: '/v1/sessions/{id}/stop' });
  check('recall', { method: 'post', path: '/v1/sessions/{id}/recall', body: { query: 'Hello' } });
  check('the list of frames', { path: '/v1/sessions/{id}/frames' });
  check('the list of directives', { path: '/v1/sessions/{id}/directives' });
  check('the list of tasks', { path: '/v1/sessions/{id}/tasks' });
  check('grounding', { method: 'post', path: '/v1/grounding', body: { query: 'Hello' } });
  check('the list of prompts', { path: '/v1/prompts' });
  check('the sums of usage', { path: '/v1/usage' });

  it('is what docs/reference.md shows; `npm run docs` writes it anew', () => {
    const shown = readFileSync(new URL('../../../docs/reference.md', import.meta.url), 'utf8');
    assert.equal(shown, referencePage(document));
  });

  it('promises how an error looks', async () => {
    const { status, body } = await call(test, 'GET', '/v1/sessions?limit=0');
    assert.equal(status, 400);
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema({ $id: 'doc', components: document.components });
    assert.ok(ajv.getSchema('doc#/components/schemas/Error')?.(body), JSON.stringify(body));
  });
});
