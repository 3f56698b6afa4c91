/**
 * Which files are found for a question, beside ripgrep's keyword counts and plain BM25. The questions are what the
 * commits of a repository say they changed, asked of the tree before each; or those of a file.
 *
 *     npm run bench:grounding -- --repo PATH [--repo PATH …] [--queries 60] [--json FILE] [--misses] [--only SYSTEM]
 *     npm run bench:grounding -- --repo PATH --questions FILE [--repo PATH --questions FILE …]
 *
 * `PATH` is a checkout or a bare repository with its history; no work tree is read, and nothing is written to it.
 */
import { basename, dirname, resolve } from 'node:path';
import { Causeway } from './support/grounding/causeway.ts';
import { type Asked, compare } from './support/grounding/compare.ts';
import { summary } from './support/grounding/measures.ts';
import { PlainBm25 } from './support/grounding/plainBm25.ts';
import { askedQueries, historyQueries, type Query } from './support/grounding/queries.ts';
import { Repository } from './support/grounding/repository.ts';
import { Ripgrep } from './support/grounding/ripgrep.ts';
import type { System } from './support/grounding/system.ts';
import { finish, option, type Table } from './support/table.ts';

/** Every value that is given for an option. */
const options = (name: string): string[] =>
  process.argv.flatMap((arg, at) => (arg === name ? [process.argv[at + 1] ?? ''] : []));

const paths = options('--repo').map((path) => resolve(path));
const files = options('--questions');
const count = Number(option('--queries') ?? 60);

/** Of all systems, those whose name is given with `--only`; to compare two versions of one quickly. */
const only = options('--only');
const systems = (): System[] => everySystem().filter(({ name }) => only.length === 0 || only.includes(name));
const everySystem = (): System[] => [
  new Causeway('causeway'),
  new Causeway('causeway, tests and docs in full', { evenKinds: true }),
  new PlainBm25(),
  new Ripgrep(),
];

/** A bare repository is often called `repo` or `.git`; the folder above it says which. */
const nameOf = (path: string): string =>
  /^(?:repo|\.git)$/.test(basename(path)) ? basename(dirname(path)) : basename(path).replace(/\.git$/, '');

function tablesOf(name: string, asked: readonly Asked[]): Table[] {
  const known = Object.keys(asked[0]?.figures ?? {});
  const summaries = known.map((system) => ({
    system,
    ...summary(asked.map(({ figures }) => figures[system] ?? {})),
  }));
  return [
    {
      name: `${name}, ${asked.length} questions`,
      rows: summaries.map(({ system, means }) => ({ system, ...means })),
    },
    {
      name: `${name}, 95% intervals`,
      rows: summaries.map(({ system, intervals }) => ({ system, ...intervals })),
    },
  ];
}

/** One line a question: where the first file that answers stands, and which files those are. */
function printPlaces(asked: readonly Asked[]): void {
  for (const { query, places } of asked) {
    const place = String(places.causeway ?? '–').padStart(4);
    process.stdout.write(`${place}  [${query.kind}] ${query.question}  → ${query.files.join(', ')}\n`);
  }
}

if (paths.length === 0) {
  process.stdout.write('Not measured: which repository? Give one or more with --repo PATH.\n');
  await finish('grounding', []);
} else {
  const all: Asked[] = [];
  const tables: Table[] = [];
  for (const [at, path] of paths.entries()) {
    const repository = new Repository(path);
    const file = files[at];
    const queries: Query[] = file === undefined ? historyQueries(repository, count) : askedQueries(file);
    const compared = systems();
    try {
      const asked = await compare(repository, queries, compared);
      if (process.argv.includes('--misses')) printPlaces(asked);
      tables.push(...tablesOf(nameOf(path), asked));
      all.push(...asked);
    } finally {
      for (const system of compared) system.close?.();
    }
  }
  const kinds = [...new Set(all.map(({ query }) => query.kind))];
  const ofKinds = kinds.flatMap((kind) =>
    tablesOf(
      kind,
      all.filter(({ query }) => query.kind === kind),
    ),
  );
  await finish('grounding', [
    ...(paths.length > 1 ? tablesOf('all', all) : []),
    ...(kinds.length > 1 ? ofKinds : []),
    ...tables,
  ]);
}
