import assert from 'node:assert/strict';
import { Inspections } from '../../../src/host/panel/inspections.ts';
import type { ContextOf } from '../../../src/protocol/panelContext.ts';
import { openSecretScanner } from '../../../src/workers/openSecretScanner.ts';
import { answer } from '../../support/anthropic/script.ts';
import { startCore, type TestCore, workerUrl } from '../../support/core.ts';

// Put together here, so that nobody's scanner takes this file for one with secrets in it.
const token = ['ghp', '_wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0', 'pINUx'].join('');
const file = (path: string, text: string) => ({
  uri: `file:///w/${path}`,
  path,
  languageId: 'typescript',
  text,
  active: false,
});

describe('what the panel looks into', function () {
  this.timeout(10_000);
  const log = { info() {}, warn() {}, error() {} };
  const scanner = openSecretScanner({ workerUrl: workerUrl('secrets'), log });
  let core: TestCore;
  let sessionId: string;
  let inspections: Inspections;
  before(() => scanner.scan(['warm']));
  beforeEach(async () => {
    core = await startCore({ scanner });
    ({ id: sessionId } = await core.store.create({ door: 'panel' }));
    inspections = new Inspections({
      chosen: async () => ({}),
      taken: async (all) => ({ attachments: [...all], media: [] }),
    });
    core.workspace.openFiles = [
      file('upload.ts', 'export const chunk = 8;\n'),
      file('token.ts', `// For the upload.\nexport const token = '${token}';\n`),
    ];
  });
  afterEach(() => core.close());
  after(() => scanner.close());

  const next = (excluded: string[] = []): { sessionId: string; of: ContextOf } => ({
    sessionId,
    of: { kind: 'next', input: { text: 'Where is the token?', attachments: [], excluded } },
  });
  const view = (excluded?: string[]) => inspections.view(core.engine, next(excluded));

  it('has what is masked in a file marked on its segment and counted, and never tells it', async () => {
    const { report, secrets } = await view();
    assert.deepEqual(report.masked, [{ kind: 'github', what: 'GitHub token', count: 1 }]);
    assert.equal(secrets[0]?.masked, true);
    assert.equal(secrets[0].line, 3);
    assert.equal(secrets.length, 1);
    const [mark] = secrets;
    assert.ok(mark);
    assert.equal(mark.what, 'GitHub token');
    assert.match(report.segments[mark.segment]?.label ?? '', /token\.ts/);
    assert.ok(!JSON.stringify({ report, secrets }).includes(token));
  });

  it('marks what goes as it is where masking is switched off', async () => {
    core.settings.maskSecrets = false;
    const { report, secrets } = await view();
    assert.equal(report.masked, undefined);
    assert.deepEqual(
      secrets.map(({ what, masked }) => [what, masked]),
      [['GitHub token', false]],
    );
  });

  it('has none of a file that is left out, and says that it was', async () => {
    const { report } = await view();
    const partId = report.segments.find(({ label }) => label.includes('token.ts'))?.partId;
    assert.ok(partId);
    const without = await view([partId]);
    assert.deepEqual(without.secrets, []);
    assert.ok(without.report.omitted.some(({ label }) => label.includes('token.ts')));
  });

  it('gives texts of what is shown, also when the file has changed since', async () => {
    const { report } = await view();
    const index = report.segments.findIndex(({ label }) => label.includes('upload.ts'));
    core.workspace.openFiles = [file('upload.ts', 'export const chunk = 4;\n')];
    assert.match(await inspections.text(core.engine, next(), index), /chunk = 8/);
    await view();
    assert.match(await inspections.text(core.engine, next(), index), /chunk = 4/);
  });

  it('gives the request of a turn as it was sent', async () => {
    core.fake.enqueue(answer('There.'));
    const ended = core.event('turn.ended');
    const { turnId } = await core.engine.startTurn(sessionId, { text: 'Where?', door: 'panel' });
    await ended;
    const looked = { sessionId, of: { kind: 'turn', turnId } } as const;
    const sent = await inspections.view(core.engine, looked);
    assert.equal(sent.turnId, turnId);
    assert.equal(sent.secrets.length, 1);
    const request: unknown = JSON.parse(await inspections.request(core.engine, looked));
    assert.deepEqual(request, core.fake.requests.at(-1)?.body);
  });

  it('is refused where there is no such turn', () =>
    assert.rejects(
      inspections.view(core.engine, { sessionId, of: { kind: 'turn', turnId: crypto.randomUUID() } }),
      { code: 'not_found' },
    ));
});
