import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { StoreChange } from '../../../src/core/session/store.ts';
import { sessionDatabaseFile } from '../../../src/store/dataFolders.ts';
import { openSessionStore } from '../../../src/store/openSessionStore.ts';
import { answer } from '../../support/anthropic/script.ts';
import { type FakeAnthropic, startFakeAnthropic } from '../../support/anthropic/server.ts';
import { workerUrl } from '../../support/core.ts';
import { type Cli, jsonLines, key, openCli, type Running, sessionIn } from './support.ts';

/** No other suite uses this port or the nine after it. */
const port = 62400;

describe('causeway serve', () => {
  let cli: Cli;
  let fake: FakeAnthropic;
  let bridge: Running;
  beforeEach(async () => {
    fake = await startFakeAnthropic({ key });
    cli = await openCli({ ANTHROPIC_BASE_URL: fake.url, ANTHROPIC_API_KEY: key });
    bridge = cli.start(['serve', '--port', String(port)]);
    await bridge.shows('Ctrl+C stops the bridge.');
  });
  afterEach(async () => {
    await cli.close();
    await fake.close();
  });

  const discoveryFiles = () => readdirSync(join(cli.stateDir, 'bridges'));

  /** A question whose answer has begun and goes on only when the fake's gate is stepped. */
  async function streaming(): Promise<Running> {
    fake.enqueue({ kind: 'drip', text: 'One two three four', gated: true });
    const running = cli.start(['ask', 'Count.']);
    fake.gate.step(2);
    await running.shows('One two');
    return running;
  }

  it('says where it listens, and answers the questions of its folder', async () => {
    assert.match(bridge.stdout(), new RegExp(`Listening on http://127\\.0\\.0\\.1:${port} \\(owner\\)`));
    assert.match(bridge.stdout(), /Answers come from anthropic\/claude-sonnet-5-5\.\n/);
    fake.enqueue(answer('From the bridge.'));
    // Without a key of its own the asking process could not have had this answer.
    const asked = await cli.output(['ask', 'Who answers?'], { env: { ANTHROPIC_API_KEY: '' } });
    assert.equal(asked, 'From the bridge.\n');
    const env = { ANTHROPIC_API_KEY: '' };
    fake.enqueue(answer('Again.'));
    assert.equal(
      await cli.output(['ask', '--continue', '--json', 'And now?'], { env }).then(lastText),
      'Again.',
    );
    assert.equal(jsonLines(await cli.output(['sessions', 'list', '--json'])).length, 1);
  });

  it('lets a program in with a token made on the command line, until it is revoked', async () => {
    const token = (await cli.output(['clients', 'add', 'script'])).trim();
    const call = () =>
      fetch(`http://127.0.0.1:${port}/v1/sessions`, { headers: { authorization: `Bearer ${token}` } });
    assert.equal((await call()).status, 200);
    const [client] = jsonLines(await cli.output(['clients', 'list', '--json']));
    assert.equal(client?.name, 'script');
    await cli.output(['clients', 'revoke', String(client?.id).slice(0, 8)]);
    assert.equal((await call()).status, 401);
    assert.ok(!(await cli.output(['clients', 'list'])).includes(token));
  });

  it('holds a program to the limits that were typed, replaces its token, and shows both', async () => {
    const limits = ['--requests', '2', '--usd', '2.50', '--expires', '30d'];
    const token = (await cli.output(['clients', 'add', 'limited', ...limits])).trim();
    const call = async (with_: string) => {
      const answer = await fetch(`http://127.0.0.1:${port}/v1/sessions`, {
        headers: { authorization: `Bearer ${with_}` },
      });
      await answer.text();
      return answer;
    };
    assert.equal((await call(token)).status, 200);
    const listed = jsonLines(await cli.output(['clients', 'list', '--json']));
    const id = String(listed.find(({ name }) => name === 'limited')?.id);
    const next = (await cli.output(['clients', 'rotate', id.slice(0, 8)])).trim();
    assert.notEqual(next, token);
    assert.equal((await call(token)).status, 401);
    assert.equal((await call(next)).status, 200);
    assert.equal((await call(next)).status, 429);
    const shown = await cli.output(['clients', 'show', id]);
    assert.match(shown, /limits: 2 requests a minute, \$2\.5 a day\n/);
    assert.match(shown, /expires: 20\d\d-/);
    assert.match(shown, /all programs together: no limits\n/);
    assert.match(await cli.output(['clients', 'limit', id]), /^limited: no limits\.\n$/);
    assert.equal((await call(next)).status, 200);
    assert.equal(
      await cli.output(['clients', 'limit', 'all', '--parallel', '3']),
      'All programs together: 3 at a time.\n',
    );
    await cli.output(['clients', 'limit', 'all']);
  });

  it('is shown by status, without its token', async () => {
    const [shown, ...more] = jsonLines(await cli.output(['status', '--json']));
    assert.deepEqual(more, []);
    const { startedAt, workspaceId, ...facts } = shown ?? {};
    assert.deepEqual(facts, {
      address: `http://127.0.0.1:${port}`,
      port,
      role: 'owner',
      answers: true,
      pid: bridge.pid,
      workspaceName: 'sample-workspace',
      folders: [cli.folder],
    });
    assert.match(await cli.output(['status']), /owner +\d+ +\S+ \S+ +sample-workspace/);
  });

  it('stops a turn on Ctrl+C in the process that asked, and keeps what had arrived', async () => {
    const asking = await streaming();
    asking.kill('SIGINT');
    const { code, stdout, stderr } = await asking.finished;
    assert.deepEqual({ code, stdout }, { code: 130, stdout: 'One two\n' });
    assert.match(await cli.output(['sessions', 'show', sessionIn(stderr)]), /\(stopped\)\nOne two/);
  });

  it('takes back a question that waits on Ctrl+C in the process that asked', async () => {
    const first = await streaming();
    const second = cli.start(['ask', '--continue', 'Never mind.']);
    await second.shows('this one begins when it has ended', 'stderr');
    second.kill('SIGINT');
    assert.equal((await second.finished).code, 130);
    fake.gate.step(2);
    const { code, stdout, stderr } = await first.finished;
    assert.deepEqual({ code, stdout }, { code: 0, stdout: 'One two three four\n' });
    assert.ok(!(await cli.output(['sessions', 'show', sessionIn(stderr)])).includes('Never mind.'));
  });

  it('ends its turns as stopped and takes its discovery file away on SIGTERM', async () => {
    const asking = await streaming();
    bridge.kill('SIGTERM');
    const { code, stderr } = await bridge.finished;
    assert.equal(code, 0, stderr);
    assert.deepEqual(discoveryFiles(), []);
    const asked = await asking.finished;
    assert.equal(asked.code, 1);
    assert.match(await cli.output(['sessions', 'show', sessionIn(asked.stderr)]), /\(stopped\)\nOne two/);
  });

  it('leaves a turn interrupted when it is killed; the next question shows that and is answered', async () => {
    const asking = await streaming();
    const sessionId = sessionIn(asking.stderr());
    await progressOf(cli, sessionId);
    bridge.kill('SIGKILL');
    await bridge.finished;
    assert.equal((await asking.finished).code, 1);
    fake.enqueue(answer('Five.'));
    const next = await cli.run(['ask', '--continue', 'Go on.']);
    assert.deepEqual({ code: next.code, stdout: next.stdout }, { code: 0, stdout: 'Five.\n' });
    assert.match(next.stderr, /cut off when its window closed/);
    assert.match(await cli.output(['sessions', 'show', sessionId]), /\(interrupted\)\nOne two.*Five\./s);
  });

  it('does not begin with a model that does not exist', async () => {
    const { code, stdout, stderr } = await cli.run(['serve', '--model', 'nobody/knows', '..']);
    assert.deepEqual({ code, stdout }, { code: 1, stdout: '' });
    assert.match(stderr, /nobody\/knows is not known/);
    assert.equal(discoveryFiles().length, 1);
  });

  it('takes a spare port beside a bridge that has the common one, and takes over when it goes', async () => {
    const other = cli.start(['serve', '--port', String(port), '..']);
    await other.shows(`Listening on http://127.0.0.1:${port + 1} (attached`);
    bridge.kill('SIGTERM');
    await other.shows(`Listening on http://127.0.0.1:${port} (owner)`);
    other.kill('SIGINT');
    assert.equal((await other.finished).code, 0);
  });
});

const lastText = (output: string): unknown => {
  const [text] = jsonLines(output).filter(({ type }) => type === 'turn.text');
  return text?.text;
};

/** Resolves when what has arrived of the session's live turn is on disk, seen as another process sees it. */
async function progressOf(cli: Cli, sessionId: string): Promise<void> {
  const [session] = jsonLines(await cli.output(['sessions', 'list', '--json']));
  const workspaceId = String(session?.workspaceId);
  const store = openSessionStore({
    file: sessionDatabaseFile(join(cli.stateDir, 'data'), workspaceId),
    workspaceId,
    workerUrl: workerUrl('store'),
  });
  try {
    await new Promise<void>((resolve, reject) => {
      const look = (text: string) => {
        if (text.includes('One two')) resolve();
      };
      store.onDidChange((change: StoreChange) => {
        if (change.type === 'progress') look(JSON.stringify(change.content));
      });
      store.liveTurn(sessionId).then((turn) => look(JSON.stringify(turn?.content ?? [])), reject);
    });
  } finally {
    await store.close();
  }
}
