import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type Cli, openCli } from './support.ts';

describe('causeway, called wrongly', () => {
  let cli: Cli;
  before(async () => {
    cli = await openCli();
  });
  after(() => cli.close());

  /** Arguments, and the one line on standard error. */
  const cases: [args: string[], words: RegExp, env?: Record<string, string>][] = [
    [['explain'], /There is no command "explain"\. See causeway --help\./],
    [['--colour'], /There is no option "--colour"\. See causeway --help\./],
    [['ask', '--colour', 'why'], /Unknown option '--colour'\. See causeway ask --help\./],
    [['ask', '--session'], /'--session <value>' argument missing\. See causeway ask --help\./],
    [['ask', '--new', '--continue', 'why'], /Only one of --session, --new and --continue/],
    [['ask', '--model', 'claude', 'why'], /--model: got claude; expected PROVIDER\/MODEL/],
    [
      ['ask', '--grounding', 'all', 'why'],
      /--grounding: got all; expected one of off, open_files, workspace/,
    ],
    [['ask'], /The input is empty/],
    [['ask', '--folder', 'nowhere', 'why'], /folder: got \S+nowhere; expected a folder that exists/],
    [
      ['ask', 'why'],
      /ANTHROPIC_BASE_URL: got something else; expected an http/,
      { ANTHROPIC_BASE_URL: 'claude' },
    ],
    [
      ['serve', '--port', '619009'],
      /619009 is not a TCP port \(0–65535\), so the bridge was not started\. Use 61900\./,
    ],
    [['serve', '--port', 'high'], /high is not a TCP port/],
    [['serve', '--port', '80'], /Port 80 cannot be used: the bridge takes 1024–65535/],
    [['serve', 'a', 'b'], /There is one argument too many: "b"/],
    [['sessions', 'show'], /ID is missing\. See causeway sessions show --help\./],
    [['sessions', 'rename', 'abc'], /TITLE is missing/],
    [['sessions', 'burn'], /There is no command sessions "burn"/],
    [['sessions', 'list', '--limit', 'all'], /--limit: got all; expected a number/],
    [['sessions', 'import', 'nowhere.jsonl'], /FILE: got \S+nowhere\.jsonl \(ENOENT\); expected a file/],
    [['clients', 'add'], /NAME is missing/],
    [['clients', 'add', 'ci', '--usd', '0'], /--usd: got 0; expected US dollars above 0/],
    [['clients', 'add', 'ci', '--requests', '0'], /--requests: got 0; expected a whole number/],
    [['clients', 'add', 'ci', '--expires', 'soon'], /--expires: got soon; expected a time such as 30d/],
    [['clients', 'add', 'ci', '--scope', 'root'], /--scope: got root; expected one of sessions:read/],
  ];
  for (const [args, words, env = {}] of cases) {
    it(`${[...Object.values(env), 'causeway', ...args].join(' ')} says what would be right, in one line`, async () => {
      const { code, stdout, stderr } = await cli.run(args, { env });
      assert.equal(code, 2, stderr);
      assert.equal(stdout, '');
      assert.match(stderr, words);
      assert.match(stderr, /^causeway: .*\n$/);
    });
  }

  it('shows what there is when nothing is asked for', async () => {
    const { code, stdout, stderr } = await cli.run([]);
    assert.deepEqual({ code, stdout }, { code: 2, stdout: '' });
    assert.match(stderr, /Usage: causeway COMMAND/);
  });
});

describe('causeway --help', () => {
  let cli: Cli;
  before(async () => {
    cli = await openCli();
  });
  after(() => cli.close());

  it('names every command, and each of them explains itself within 110 columns', async () => {
    const overview = await cli.output(['--help']);
    const names = [...overview.matchAll(/^ {2}([a-z]+) {2,}/gm)].map(([, name = '']) => name);
    assert.deepEqual(names, ['ask', 'serve', 'sessions', 'clients', 'status']);
    for (const name of names) {
      const help = await cli.output([name, '--help']);
      assert.match(help, new RegExp(`^Usage: causeway ${name}`));
      assert.equal(await cli.output(['help', name]), help);
      assert.deepEqual(
        help.split('\n').filter((line) => line.length > 110),
        [],
      );
    }
  });

  it('is the version of the package with --version', async () => {
    const manifest: { version: string } = JSON.parse(
      readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'),
    );
    assert.equal(await cli.output(['--version']), `${manifest.version}\n`);
  });
});
