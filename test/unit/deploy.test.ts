import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { parse } from 'yaml';
import { z } from 'zod';
import { networkServerLimits } from '../../src/bridge/nodeServer.ts';
import { commands } from '../../src/cli/commands.ts';
import { networkOf, networkOptions } from '../../src/cli/network/flags.ts';

const path = (name: string) => fileURLToPath(new URL(`../../examples/deploy/${name}`, import.meta.url));
const read = (name: string) => readFileSync(path(name), 'utf8');

const page = () => readFileSync(new URL('../../docs/deploying.md', import.meta.url), 'utf8');

const compose = z.object({
  services: z.record(
    z.string(),
    z.looseObject({
      command: z.array(z.string()),
      environment: z.record(z.string(), z.string()).optional(),
      user: z.string(),
      read_only: z.literal(true),
      cap_drop: z.tuple([z.literal('ALL')]),
      secrets: z.array(z.union([z.string(), z.object({ source: z.string(), target: z.string() })])),
      healthcheck: z
        .object({ test: z.array(z.string()) })
        .loose()
        .optional(),
    }),
  ),
  secrets: z.record(z.string(), z.object({ file: z.string() })),
});
const composed = compose.parse(parse(read('compose.yaml')));

/** A line of a unit; of several the names and values. */
const unitLines = read('causeway.service')
  .split('\n')
  .flatMap((line) => {
    const at = line.indexOf('=');
    return line.startsWith('#') || at < 0 ? [] : [[line.slice(0, at), line.slice(at + 1)] as const];
  });
const unit = (name: string) => unitLines.flatMap(([one, value]) => (one === name ? [value] : []));

const service = composed.services.causeway;
const started: [file: string, words: string[], variables: string[]][] = [
  ['the compose file', service?.command ?? [], Object.keys(service?.environment ?? {})],
  [
    'the systemd unit',
    (unit('ExecStart')[0] ?? '').split(' '),
    unit('Environment').map((one) => one.split('=')[0] ?? ''),
  ],
];

describe('the examples of how Causeway is deployed', () => {
  for (const [file, words, variables] of started) {
    const args = words.slice(words.indexOf('serve') + 1);

    it(`${file} starts causeway serve with options that there are, in a way that is not refused`, () => {
      assert.ok(words.includes('serve') && args.length > 0);
      for (const option of args.filter((word) => word.startsWith('--')))
        assert.match(commands.serve.help, new RegExp(`^  ${option}( |$)`, 'm'), option);
      const { values, positionals } = parseArgs({
        args,
        options: { workspace: { type: 'string' }, ...networkOptions },
        allowPositionals: true,
      });
      const wish = networkOf({ ...values, store: 'redis://redis:6379' });
      assert.equal(wish?.address, '0.0.0.0');
      assert.ok(wish.hosts.has('causeway.example.com'));
      assert.equal(positionals.length, 1);
    });

    it(`${file} sets variables that the help names, or what says where the state is`, () => {
      assert.ok(variables.includes('CAUSEWAY_STORE_FILE'));
      for (const name of variables)
        assert.ok(name === 'CAUSEWAY_STATE_DIR' || commands.serve.help.includes(name), name);
    });
  }

  it('no secret stands in the compose file, and each that is used is a file', () => {
    for (const { secrets } of Object.values(composed.services))
      for (const one of secrets) {
        const name = typeof one === 'string' ? one : one.source;
        assert.ok(composed.secrets[name], name);
      }
    assert.doesNotMatch(read('compose.yaml'), /sk-ant|rediss?:\/\/|requirepass \S+:/);
  });

  it('nobody in it is root', () => {
    for (const [name, { user }] of Object.entries(composed.services))
      assert.match(user, /^[1-9]\d*:[1-9]\d*$/, name);
    assert.deepEqual(unit('DynamicUser'), ['yes']);
  });

  it('Redis keeps what it acknowledges', () => {
    const words = composed.services.redis?.command.join(' ') ?? '';
    for (const option of ['--appendonly yes', '--appendfsync always', '--maxmemory-policy noeviction'])
      assert.ok(words.includes(option), option);
  });

  it('the unit lets it see how long the machine has been up, by which limits go', () => {
    assert.deepEqual(unit('ProcSubset'), []);
  });

  it('the unit reads the credentials that it loads', () => {
    const loaded = unit('LoadCredential').map((one) => one.split(':')[0]);
    const used = [...read('causeway.service').matchAll(/%d\/([\w-]+)/g)].map(([, name]) => name);
    assert.deepEqual([...used].sort(), [...loaded].sort());
    // The rest of that folder is root's, and not to be read by the user of the service.
    for (const [name, value] of unitLines)
      if (name !== 'LoadCredential') assert.doesNotMatch(value, /\/etc\/causeway/, name);
  });

  it('Envoy closes its idle connections before the bridge does, lets streams run, and names a Host that passes', () => {
    const text = read('envoy.yaml');
    assert.ok(parse(text));
    const upstream = Number(/common_http_protocol_options: \{ idle_timeout: (\d+)s \}/.exec(text)?.[1]);
    assert.ok(upstream * 1000 < networkServerLimits.keepAliveMs);
    assert.match(text, /^ +timeout: 0s$/m);
    // An answer that is no stream is silent until it is whole.
    assert.ok(Number(/stream_idle_timeout: (\d+)s/.exec(text)?.[1]) >= 600);
    assert.ok(Number(/proxy_read_timeout (\d+)s/.exec(page())?.[1]) >= 600);
    assert.match(text, /path: \/health\n[\s\S]*host: causeway\.example\.com/);
    const target = /address: causeway, port_value: (\d+)/.exec(text)?.[1];
    assert.ok(service?.command.includes(`0.0.0.0:${target}`));
  });

  it('the page names each of them', () => {
    for (const name of ['compose.yaml', 'envoy.yaml', 'causeway.service']) {
      assert.ok(page().includes(`examples/deploy/${name}`), name);
      assert.ok(existsSync(path(name)));
    }
    for (const [, option] of page().matchAll(/`causeway serve[^`]*?(--[a-z-]+)/g))
      assert.ok(commands.serve.help.includes(option ?? '?'), option);
  });
});
