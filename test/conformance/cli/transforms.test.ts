import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { answer } from '../../support/anthropic/script.ts';
import { type FakeAnthropic, startFakeAnthropic } from '../../support/anthropic/server.ts';
import { type Cli, key, openCli } from './support.ts';

describe('causeway ask with transforms', () => {
  let cli: Cli;
  let fake: FakeAnthropic;
  beforeEach(async () => {
    fake = await startFakeAnthropic({ key });
    cli = await openCli({ ANTHROPIC_BASE_URL: fake.url, ANTHROPIC_API_KEY: key });
  });
  afterEach(async () => {
    await cli.close();
    await fake.close();
  });

  const put = (folder: string, source: string) => {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(join(folder, 'one.mjs'), source);
  };
  const sent = () => JSON.stringify(fake.requests.findLast(({ path }) => path === '/v1/messages')?.body);

  it('runs the user’s own, and never one that lies in the workspace', async () => {
    const marks: string[] = [];
    for (const place of ['.causeway/transforms', 'transforms', '.github/transforms', '.vscode/transforms']) {
      const mark = join(cli.stateDir, `${marks.length}.mark`);
      marks.push(mark);
      put(
        join(cli.folder, place),
        `import { writeFileSync } from 'node:fs';\nwriteFileSync(${JSON.stringify(mark)}, '');\nexport const request = (r) => r;`,
      );
    }
    put(
      join(cli.stateDir, 'transforms'),
      `console.log('not for the output');
export const request = (r) => ({ ...r, system: [...r.system, { type: 'text', text: 'FROM-MY-OWN ' + Object.keys(process.env).length }] });`,
    );
    fake.enqueue(answer('Seen.'));
    assert.equal(await cli.output(['ask', 'Who?']), 'Seen.\n');
    // Its environment is empty, so that the key is not in it.
    assert.match(sent(), /FROM-MY-OWN 0"/);
    assert.deepEqual(marks.filter(existsSync), []);
  });

  it('says which file failed, and sends nothing', async () => {
    put(join(cli.stateDir, 'transforms'), 'export const request = () => { throw new Error(); };');
    const { code, stdout, stderr } = await cli.run(['ask', 'Who?']);
    assert.notEqual(code, 0);
    assert.equal(stdout, '');
    assert.match(stderr, /The transform one\.mjs threw an error/);
    assert.equal(fake.requests.filter(({ path }) => path === '/v1/messages').length, 0);
  });
});
