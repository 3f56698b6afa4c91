import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { answer } from '../../support/anthropic/script.ts';
import { call, curl, rawExchange, startTestBridge, type TestBridge } from './support.ts';

describe('bridge: paths that lead elsewhere', function () {
  this.timeout(20_000);
  let test: TestBridge;
  before(async () => {
    test = await startTestBridge();
  });
  after(() => test.close());
  afterEach('it still answers', async () => {
    assert.equal((await call(test, 'GET', '/v1/sessions')).status, 200);
  });

  const traversals = [
    '/v1/sessions/../../etc/passwd',
    '/v1/sessions/..%2f..%2fetc%2fpasswd',
    '/v1/sessions/%2e%2e/%2e%2e/etc/passwd',
    '/v1/sessions/%252e%252e%252f',
    '/v1/sessions/..\\..\\etc\\passwd',
    '/v1/sessions/..%5c..%5c',
    '/v1/sessions/%00',
    '/v1/sessions/00000000-0000-4000-8000-000000000000%00.json',
    '/v1/sessions/00000000-0000-4000-8000-000000000000;x',
    '/v1/sessions;x/00000000-0000-4000-8000-000000000000',
    '/v1/sessions/00000000-0000-4000-8000-000000000000/../..',
    '/v1//sessions',
    '//evil.example/v1/sessions',
    '/v1/sessions/',
    '/./v1/sessions',
    '/v1/sessions/C:/Windows',
    '/\\\\server\\share',
    '/v1/sessions/....//....//',
    '/V1/SESSIONS',
    '/v1/sessions#x',
    '/health/',
    '/health/../v1/sessions',
    '/%68ealth',
  ];
  for (const path of traversals) {
    it(`threat 10: GET ${path} is 400 or 404 and tells nothing`, async () => {
      const got = await rawExchange(
        test.port,
        `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${test.port}\r\nAuthorization: Bearer ${test.token}\r\nConnection: close\r\n\r\n`,
      );
      assert.match(got, /^HTTP\/1\.1 (400|404) /, got.slice(0, 60));
      assert.doesNotMatch(got, /root:|\/work|node_modules|\.ts\b|"sessions":/);
    });
  }

  it('threat 10: a NUL, a tab or a space in the target is no HTTP', async () => {
    for (const path of ['/v1/sessions/\0', '/v1/ses sions', '/v1/\x01']) {
      const got = await rawExchange(
        test.port,
        `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${test.port}\r\nAuthorization: Bearer ${test.token}\r\nConnection: close\r\n\r\n`,
      );
      assert.match(got, /^HTTP\/1\.1 400 /);
    }
  });

  describe('in the fields of a turn and in headers', () => {
    const secret = 'canary-of-a-file-outside';
    let folder: string;
    let outside: string;
    before(() => {
      folder = mkdtempSync(join(tmpdir(), 'causeway-paths-'));
      outside = join(folder, 'outside.txt');
      writeFileSync(outside, secret);
      symlinkSync(outside, join(folder, 'link.txt'));
      symlinkSync(join(folder, 'gone.txt'), join(folder, 'dangling.txt'));
    });
    after(() => rmSync(folder, { recursive: true, force: true }));

    it('threat 10: a file that an attachment names is never read for it: only the text that came is sent', async () => {
      const uris = [
        pathToFileURL(outside).href,
        pathToFileURL(join(folder, 'link.txt')).href,
        pathToFileURL(join(folder, 'dangling.txt')).href,
        `${pathToFileURL(folder).href}/x/../outside.txt`,
        `${pathToFileURL(folder).href}/%6Futside.txt`,
        `${pathToFileURL(folder).href.toUpperCase()}/OUTSIDE.TXT`,
        '//server/share/outside.txt',
        'C:\\outside.txt',
        outside,
        `${outside}\0.png`,
        `${outside};x`,
      ];
      const { body } = await call(test, 'POST', '/v1/sessions', {});
      for (const uri of uris) {
        test.core.fake.enqueue(answer('Read.'));
        const attachments = [{ kind: 'file', uri, path: uri, text: 'what the client says' }];
        const turn = { text: 'What is in it?', attachments };
        const got = await call(test, 'POST', `/v1/sessions/${body.session.id}/turns`, turn);
        assert.equal(got.status, 200, `${uri}: ${JSON.stringify(got.body)}`);
        assert.equal(JSON.stringify(got.body).includes(secret), false, uri);
      }
      const sent = test.core.fake.requests.map((one) => JSON.stringify(one.body)).join('\n');
      assert.equal(sent.includes('what the client says'), true);
      assert.equal(sent.includes(secret), false);
    });

    it('threat 10: a workspace is named by its id or one of its folders exactly, never by a way to it', async () => {
      for (const name of [
        '/projects/test/',
        '/projects/test/..',
        '/projects/x/../test',
        '%2Fprojects%2Ftest%2F..%2F..%2Fetc',
        '/projects/TEST',
        '/projects/test;x',
        '/projects',
        '/projects/test%00',
        '..',
        '%ZZ',
        '\\\\server\\share',
      ]) {
        const got = await curl(
          ...['-H', `Authorization: Bearer ${test.token}`, '-H', `X-Causeway-Workspace: ${name}`],
          `${test.url}/v1/sessions`,
        );
        assert.deepEqual([got.status, JSON.parse(got.body).error.code], [404, 'workspace_not_open'], name);
      }
    });
  });
});
