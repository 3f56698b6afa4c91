/**
 * Lists every line of a repository that would be masked, so that people can judge whether it is a secret, and prints the
 * rate beside peers: the rules of secretlint alone, and entropy alone as generic rules of scanners have it.
 *
 *     npm run bench:secrets -- --repo PATH [--repo PATH …] [--json FILE] [--shown]
 *
 * `PATH` is a checkout or a bare repository; the tree of its HEAD is read through git and nothing is written. Values are
 * cut short unless `--shown` is given. A file that is no text is not counted.
 */
import { basename, dirname, resolve } from 'node:path';
import { lintSource } from '@secretlint/core';
import { creator } from '@secretlint/secretlint-rule-preset-recommend';
import { kindWords } from '../../src/core/secrets/kinds.ts';
import { entropy } from '../../src/core/secrets/namedSecrets.ts';
import { SecretRules } from '../../src/workers/secretRules.ts';
import { Repository } from './support/grounding/repository.ts';
import { finish, type Table } from './support/table.ts';

interface Found {
  start: number;
  end: number;
  what: string;
}
interface System {
  name: string;
  find(text: string): Promise<Found[]>;
}

const rules = new SecretRules();
const preset = '@secretlint/secretlint-rule-preset-recommend';

const causeway: System = {
  name: 'causeway',
  async find(text) {
    const [found = []] = await rules.scan([text]);
    return found.map(({ start, end, kind }) => ({ start, end, what: kindWords(kind) }));
  },
};

const secretlint: System = {
  name: 'secretlint',
  async find(text) {
    const { messages } = await lintSource({
      source: { filePath: '/text', content: text, contentType: 'text' },
      options: {
        noPhysicFilePath: true,
        config: { rules: [{ id: preset, rule: creator, options: {} }] },
      },
    });
    return messages.flatMap(({ type, range: [start, end], ruleId }) =>
      type === 'message' ? [{ start, end, what: ruleId }] : [],
    );
  },
};

/** Bits a character above which TruffleHog's first versions called a run of base64 a secret. */
const peersEntropy = 4.5;
const entropyAlone: System = {
  name: 'entropy alone',
  find: async (text) =>
    [...text.matchAll(/[\w+/=-]{20,}/g)].flatMap(({ 0: run, index }) =>
      entropy(run) >= peersEntropy ? [{ start: index, end: index + run.length, what: 'entropy' }] : [],
    ),
};

const paths = process.argv.flatMap((arg, at) =>
  arg === '--repo' ? [resolve(process.argv[at + 1] ?? '')] : [],
);
const areShown = process.argv.includes('--shown');
if (paths.length === 0) {
  console.error('Name a repository: npm run bench:secrets -- --repo PATH');
  process.exit(2);
}

/** A bare repository is often called `repo` or `.git`; the folder above it says which. */
const nameOf = (path: string): string =>
  ['repo', '.git'].includes(basename(path)) ? basename(dirname(path)) : basename(path);

/** Texts of the tree of HEAD. */
function* textsOf(repository: Repository): Generator<{ path: string; text: string }> {
  const listed = repository
    .git(['ls-tree', '-r', '-z', '--format=%(objecttype)%x09%(path)', 'HEAD'])
    .toString();
  for (const line of listed.split('\0')) {
    const [type, path] = line.split('\t');
    if (type !== 'blob' || path === undefined) continue;
    const text = repository.git(['show', `HEAD:${path}`]).toString();
    if (!text.includes('\0')) yield { path, text };
  }
}

const lineAt = (text: string, place: number): number => text.slice(0, place).split('\n').length;
const short = (value: string): string =>
  areShown || value.length <= 12 ? value : `${value.slice(0, 8)}… (${value.length} characters)`;

const tables: Table[] = [];
const all = { lines: 0, marked: 0 };
for (const path of paths) {
  const repository = new Repository(path);
  const systems = [causeway, secretlint, entropyAlone].map((system) => ({ system, marked: 0, ms: 0 }));
  let lines = 0;
  console.log(`\n${nameOf(path)}: what would be masked`);
  for (const { path: file, text } of textsOf(repository)) {
    lines += text.split('\n').length;
    for (const one of systems) {
      const began = performance.now();
      const found = await one.system.find(text);
      one.ms += performance.now() - began;
      const marked = new Set<number>();
      for (const { start, end, what } of found) {
        const first = lineAt(text, start);
        const last = first + text.slice(start, end).split('\n').length - 1;
        for (let line = first; line <= last; line++) marked.add(line);
        if (one.system !== causeway) continue;
        const where = first === last ? String(first) : `${first}-${last}`;
        console.log(`  ${file}:${where}  ${what}  ${JSON.stringify(short(text.slice(start, end)))}`);
      }
      one.marked += marked.size;
    }
  }
  all.lines += lines;
  all.marked += systems[0]?.marked ?? 0;
  tables.push({
    name: nameOf(path),
    rows: systems.map(({ system, marked, ms }) => ({
      system: system.name,
      lines,
      'masked lines': marked,
      'per 10,000 lines': Number(((marked / lines) * 10_000).toFixed(2)),
      ms: Math.round(ms),
    })),
  });
}
if (paths.length > 1)
  tables.push({
    name: 'all together',
    rows: [
      {
        system: causeway.name,
        lines: all.lines,
        'masked lines': all.marked,
        'per 10,000 lines': Number(((all.marked / all.lines) * 10_000).toFixed(2)),
      },
    ],
  });
await finish('secrets', tables);
