import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { answer, toolCall } from '../../support/anthropic/script.ts';
import { type FakeAnthropic, startFakeAnthropic } from '../../support/anthropic/server.ts';
import { type Cli, type Finished, filesWith, jsonLines, key, openCli, sessionIn } from './support.ts';

const question = 'How many requests a minute may a caller make?';

describe('causeway ask without a key', () => {
  let cli: Cli;
  let first: Finished;
  before(async () => {
    cli = await openCli();
    first = await cli.run(['ask', question]);
  });
  after(() => cli.close());

  it('quotes the workspace and ends with where each quote is from', () => {
    const { code, stdout } = first;
    assert.equal(code, 0);
    const places = stdout.trimEnd().split('\n\n').at(-1)?.split('\n') ?? [];
    assert.equal(places.length, 3);
    for (const place of places) {
      const [, path = '', start, end] = /^([^:]+):(\d+)-(\d+)$/.exec(place) ?? [];
      const lines = readFileSync(join(cli.folder, path), 'utf8').split('\n');
      assert.ok(stdout.includes(lines.slice(Number(start) - 1, Number(end)).join('\n')), place);
    }
  });

  it('prints the same bytes with --no-stream', async () => {
    assert.equal(await cli.output(['ask', '--no-stream', question]), first.stdout);
  });

  it('prints one event a line with --json, the last one terminal', async () => {
    const { code, stdout, stderr } = await cli.run(['ask', '--json', question]);
    assert.equal(code, 0);
    const events = jsonLines(stdout);
    assert.equal(events[0]?.type, 'turn.started');
    assert.equal(events.at(-1)?.type, 'turn.ended');
    assert.ok(events.every(({ sessionId }) => sessionId === sessionIn(stderr)));
  });

  it('takes the question from standard input, alone or where "-" stands', async () => {
    await cli.output(['ask'], { input: 'What does the sweeper remove?\n' });
    const { stderr } = await cli.run(['ask', 'Explain', 'this:', '-'], { input: 'const drainMs = 20_000;' });
    const [, earlier] = jsonLines(await cli.output(['sessions', 'list', '--json']));
    assert.equal(earlier?.title, 'What does the sweeper remove?');
    const shown = await cli.output(['sessions', 'show', sessionIn(stderr)]);
    assert.match(shown, /Explain this:\n\nconst drainMs = 20_000;/);
  });

  it('goes on in the session used last, or in one named by the beginning of its id', async () => {
    const second = sessionIn((await cli.run(['ask', 'the second'])).stderr);
    const id = sessionIn(first.stderr);
    assert.notEqual(second, id);
    assert.equal(sessionIn((await cli.run(['ask', '--continue', 'more'])).stderr), second);
    assert.equal(sessionIn((await cli.run(['ask', '--session', id.slice(0, 8), 'more'])).stderr), id);
  });

  it('finds the sessions of a folder from the folders inside it', async () => {
    const inside = join(cli.folder, 'src');
    assert.equal(await cli.output(['sessions'], { cwd: inside }), await cli.output(['sessions']));
  });

  it('ends quietly, as any filter does, when nobody reads on', async () => {
    const running = cli.start(['sessions', 'list', '--json']);
    running.closeOutput();
    const { code, stderr } = await running.finished;
    assert.deepEqual({ code, stderr }, { code: 141, stderr: '' });
  });

  it('leaves no trace of a question that fails in a folder without sessions', async () => {
    const cwd = join(cli.stateDir, '..');
    assert.equal((await cli.run(['ask', '--continue', 'more'], { cwd })).code, 1);
    const { stderr } = await cli.run(['sessions', 'list'], { cwd });
    assert.match(stderr, /no sessions yet/);
  });
});

describe('causeway ask with Claude', () => {
  let cli: Cli;
  let fake: FakeAnthropic;
  before(async () => {
    fake = await startFakeAnthropic({ key });
    cli = await openCli({ ANTHROPIC_BASE_URL: fake.url, ANTHROPIC_API_KEY: key });
  });
  after(async () => {
    await cli.close();
    await fake.close();
  });

  it('streams the answer of the model, with the instructions of the folder in its prompt', async () => {
    fake.enqueue(answer('Sixty a minute.'));
    assert.equal(await cli.output(['ask', question]), 'Sixty a minute.\n');
    const { body } = await fake.received(1);
    const instructions = readFileSync(join(cli.folder, 'AGENTS.md'), 'utf8').trim();
    assert.ok(JSON.stringify(body).includes(JSON.stringify(instructions).slice(1, -1)));
  });

  it('asks the model that --model names', async () => {
    fake.enqueue(answer('Yes.'));
    await cli.output(['ask', '--model', 'anthropic/claude-haiku-5-5', 'Ready?']);
    assert.match(JSON.stringify(fake.requests.at(-1)?.body), /"model":"claude-haiku-5-5"/);
  });

  it('answers as the profile that --profile names, from the folder’s own files too', async () => {
    const profiles = join(cli.folder, '.causeway', 'profiles');
    mkdirSync(profiles, { recursive: true });
    writeFileSync(join(profiles, 'pirate.md'), '---\ndescription: Talks\n---\nTalk like a pirate.\n');
    fake.enqueue(answer('Arr.'), answer('Aye.'));
    await cli.output(['ask', '--profile', 'pirate', 'Ready?']);
    await cli.output(['ask', '--continue', 'Still?']);
    for (const { body } of fake.requests.slice(-2)) assert.match(JSON.stringify(body), /Talk like a pirate/);
    const { code, stderr } = await cli.run(['ask', '--profile', 'nobody', 'Ready?']);
    assert.equal(code, 1);
    assert.match(stderr, /No profile is named “nobody”\. There are: coding, tutor, .*pirate/);
  });

  it('prints what is said before and after a tool apart', async () => {
    const task = toolCall('t1', 'update_task', { title: 'Count' });
    const before = { type: 'text' as const, deltas: ['Noting it.'] };
    fake.enqueue({ ...task, blocks: [before, ...task.blocks] }, answer('Noted.'));
    assert.equal(await cli.output(['ask', 'Plan.']), 'Noting it.\n\nNoted.\n');
  });

  it('says what to do when the key is rejected, and nowhere what the key is', async () => {
    const wrong = 'sk-ant-api03-canary-of-another-key';
    const env = { ANTHROPIC_API_KEY: wrong };
    const { code, stdout, stderr } = await cli.run(['ask', '--verbose', 'Anybody?'], { env });
    assert.equal(code, 1);
    assert.match(stderr, /causeway: The API key was rejected\./);
    assert.ok(!`${stdout}${stderr}`.includes(wrong));
  });

  it('says that it asks again, and prints the answer alone', async () => {
    fake.enqueue({ kind: 'error', status: 529, retryAfter: 0 }, answer('At last.'));
    const { code, stdout, stderr } = await cli.run(['ask', 'Tell me.']);
    assert.deepEqual({ code, stdout }, { code: 0, stdout: 'At last.\n' });
    assert.match(stderr, /^causeway: The request failed \(overloaded\); asking again in \d s\.$/m);
  });

  it('keeps what had arrived when the stream breaks, and fails', async () => {
    fake.enqueue({ kind: 'disconnect', text: 'Half an answer' });
    const { code, stdout, stderr } = await cli.run(['ask', 'Tell me.']);
    assert.equal(code, 1);
    assert.equal(stdout, 'Half an answer\n');
    assert.match(stderr, /broke off before its end/);
    assert.match(await cli.output(['sessions', 'show', sessionIn(stderr)]), /\(failed\)\nHalf an answer\n/);
  });

  it('leaves no session behind for a question that was refused', async () => {
    const before = await cli.output(['sessions', 'list', '--json']);
    const { code, stderr } = await cli.run(['ask', '--model', 'nobody/knows', 'Ready?']);
    assert.equal(code, 1);
    assert.match(stderr, /nobody\/knows is not known/);
    assert.equal(await cli.output(['sessions', 'list', '--json']), before);
  });

  it('writes no key to disk', async () => {
    assert.notDeepEqual(filesWith(cli.stateDir, 'Sixty a minute.'), []);
    assert.deepEqual(filesWith(cli.stateDir, key), []);
  });
});

describe('causeway ask that is ended early', () => {
  let cli: Cli;
  let fake: FakeAnthropic;
  beforeEach(async () => {
    fake = await startFakeAnthropic({ key });
    fake.enqueue({ kind: 'drip', text: 'One two three four', gated: true });
    cli = await openCli({ ANTHROPIC_BASE_URL: fake.url, ANTHROPIC_API_KEY: key });
  });
  afterEach(async () => {
    await cli.close();
    await fake.close();
  });

  async function streaming() {
    const running = cli.start(['ask', 'Count.']);
    fake.gate.step(2);
    await running.shows('One two');
    return running;
  }

  async function checkKeptAsStopped(stderr: string) {
    assert.match(await cli.output(['sessions', 'show', sessionIn(stderr)]), /\(stopped\)\nOne two/);
  }

  it('keeps what had arrived as stopped on Ctrl+C', async () => {
    const running = await streaming();
    running.kill('SIGINT');
    const { code, stdout, stderr } = await running.finished;
    assert.deepEqual({ code, stdout }, { code: 130, stdout: 'One two\n' });
    await checkKeptAsStopped(stderr);
  });

  it('keeps what had arrived as stopped when nobody reads on', async () => {
    const running = await streaming();
    running.closeOutput();
    fake.gate.step(1);
    const { code, stderr } = await running.finished;
    assert.equal(code, 141);
    await checkKeptAsStopped(stderr);
  });

  it('waits for the turn another process runs in the session, and says so', async () => {
    const first = await streaming();
    fake.enqueue(answer('Five.'));
    const second = cli.start(['ask', '--continue', 'Go on.']);
    await second.shows('this one begins when it has ended', 'stderr');
    fake.gate.step(2);
    assert.equal((await first.finished).stdout, 'One two three four\n');
    const { code, stdout } = await second.finished;
    assert.deepEqual({ code, stdout }, { code: 0, stdout: 'Five.\n' });
  });

  it('takes back a question that waits on Ctrl+C', async () => {
    const first = await streaming();
    const second = cli.start(['ask', '--continue', 'Never mind.']);
    await second.shows('this one begins when it has ended', 'stderr');
    second.kill('SIGINT');
    assert.equal((await second.finished).code, 130);
    fake.gate.step(2);
    const { stderr } = await first.finished;
    assert.ok(!(await cli.output(['sessions', 'show', sessionIn(stderr)])).includes('Never mind.'));
  });
});
