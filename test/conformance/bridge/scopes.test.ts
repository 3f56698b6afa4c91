import assert from 'node:assert/strict';
import { type ClientScope, clientScopes } from '../../../src/core/register.ts';
import { call, startTestBridge, type TestBridge } from './support.ts';

/** Routes that a program may use with whatever scope, or before it has any. */
const open = new Set(['get /health', 'get /openapi.json', 'post /v1/clients', 'get /v1/clients/{pending}']);

describe('bridge: what a token lacks', function () {
  this.timeout(30_000);
  let test: TestBridge;
  before(async () => {
    test = await startTestBridge();
  });
  after(() => test.close());

  it('threat 27: keeps a program from every route that needs it, whatever else it may do, and from nothing else', async () => {
    const { body: document } = await call(test, 'GET', '/openapi.json');
    const tokens = new Map<string, string>();
    const tokenOf = async (scopes: ClientScope[]) => {
      const name = scopes.join();
      const token = tokens.get(name) ?? (await test.addClient({ name: 'scoped', scopes })).token;
      tokens.set(name, token);
      return token;
    };
    const session = (await test.core.store.create({ door: 'panel' })).id;
    let checked = 0;
    for (const [path, methods] of Object.entries<Record<string, { description?: string }>>(document.paths)) {
      for (const [method, { description = '' }] of Object.entries(methods)) {
        if (open.has(`${method} ${path}`)) continue;
        const words = /Needs the scope ([^.]*)\./.exec(description)?.[1] ?? '';
        const needed = clientScopes.filter((scope) => words.includes(`\`${scope}\``));
        assert.ok(needed.length > 0, `${method} ${path} says what it needs: ${description}`);
        const target = path
          .replace('/sessions/{id}', `/sessions/${session}`)
          .replace(/\{(?:prompt|model)\}/, 'one')
          .replaceAll(/\{\w+\}/g, crypto.randomUUID());
        const asked = async (scopes: ClientScope[]) =>
          call(
            { url: test.url, token: await tokenOf(scopes) },
            method.toUpperCase(),
            target,
            method === 'post' ? {} : undefined,
          );
        const refused = await asked(clientScopes.filter((scope) => !needed.includes(scope)));
        assert.equal(refused.status, 403, `${method} ${path}`);
        assert.ok(isOfScope(refused.body), `${method} ${path} ${JSON.stringify(refused.body)}`);
        for (const scope of needed) {
          // Prometheus reads no JSON, which its own test looks at.
          if (path === '/metrics') continue;
          // An endless stream is opened and told by its head in other tests.
          if (path.endsWith('/events')) continue;
          const { body } = await asked([scope]);
          assert.ok(!isOfScope(body), `${method} ${path} with ${scope}`);
        }
        checked++;
      }
    }
    assert.ok(checked > 20, String(checked));
  });
});

/** In whichever shape the route has its errors. */
const isOfScope = (body: unknown): boolean => JSON.stringify(body).includes('its token lacks the scope');
