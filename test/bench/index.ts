/**
 * The index of a large tree: how long the first reading takes beside ripgrep reading the same files, how much memory;
 * starting again, asking, and finding what was changed.
 *
 *     npm run bench:index [-- --files 100000] [--repo PATH] [--json FILE]
 *
 * Without `--repo` a tree is made, in the folder of temporary files, and removed at the end.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { rgPath } from '@vscode/ripgrep';
import { build } from 'esbuild';
import { z } from 'zod';
import { finish, option, type Row } from './support/table.ts';

const measured = z.object({ result: z.record(z.string(), z.number()), problems: z.array(z.string()) });

const place = mkdtempSync(join(tmpdir(), 'causeway-index-'));
const index = join(place, 'index');
const load = () => loadavg()[0] ?? 0;
const here = (name: string) => join(import.meta.dirname, 'support', 'indexing', name);
const root = join(import.meta.dirname, '../..');

/** As they are shipped: what strips types from sources takes more memory than the index. */
async function bundled(): Promise<string> {
  const outdir = join(place, 'bundle');
  const { target, format } = { target: 'node22', format: 'esm' } as const;
  await build({
    entryPoints: {
      run: here('run.ts'),
      'workers/search': join(root, 'src/workers/search.ts'),
      'workers/syntax': join(root, 'src/workers/syntax.ts'),
    },
    outdir,
    bundle: true,
    platform: 'node',
    minify: true,
    define: { __filename: 'import.meta.filename' },
    // As `esbuild.mjs` has it: dependencies in CommonJS ask for it.
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
    outExtension: { '.js': '.mjs' },
    target,
    format,
  });
  cpSync(join(root, 'src/workers/vectors'), join(outdir, 'workers/vectors'), { recursive: true });
  cpSync(join(root, 'node_modules/@vscode/tree-sitter-wasm/wasm'), join(outdir, 'workers/grammars'), {
    recursive: true,
  });
  return join(outdir, 'run.mjs');
}

function run(program: string, phase: 'cold' | 'again', folder: string): Record<string, number> {
  const before = load();
  const child = spawnSync(process.execPath, [program, phase, folder, index], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (child.status !== 0) throw new Error(`The ${phase} run ended with ${child.status ?? child.signal}.`);
  const { result, problems } = measured.parse(JSON.parse(child.stdout));
  for (const problem of problems) process.stdout.write(`${problem}\n`);
  return { ...result, load: Math.max(before, load()) };
}

/** A word that is nowhere, so that every file is read and nothing printed. */
function ripgrep(folder: string): number {
  const before = performance.now();
  spawnSync(rgPath, ['--no-config', '--hidden', '--threads', '2', 'zqxjkvbpwzqxjkvbpw', folder]);
  return performance.now() - before;
}

function sizeOf(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).reduce(
    (sum, entry) => sum + (entry.isFile() ? statSync(join(entry.parentPath, entry.name)).size : 0),
    0,
  );
}

try {
  const program = await bundled();
  const repository = option('--repo');
  const folder = repository ?? join(place, 'tree');
  const files = Number(option('--files') ?? 100_000);
  if (repository === undefined) {
    const made = spawnSync(process.execPath, [here('tree.ts'), folder, String(files)], { stdio: 'inherit' });
    if (made.status !== 0) throw new Error('The tree was not made.');
  }
  const megabytes = sizeOf(folder) / 1e6;
  const rgCold = ripgrep(folder);
  const cold = run(program, 'cold', folder);
  const rgAgain = ripgrep(folder);
  const again = run(program, 'again', folder);
  const rows: Row[] = [
    { system: 'tree', files: cold.files, chunks: cold.chunks, as_text: cold.as_text, source_mb: megabytes },
    {
      system: 'ripgrep reads it',
      ms: Math.min(rgCold, rgAgain),
      mb_per_s: megabytes / (Math.min(rgCold, rgAgain) / 1000),
    },
    {
      system: 'first reading',
      ms: cold.ready_ms,
      cpu_ms: cold.ready_cpu_ms,
      mb_per_s: megabytes / ((cold.ready_ms ?? 0) / 1000),
      peak_mb: cold.peak_mb,
      start_mb: cold.start_mb,
      index_mb: sizeOf(index) / 1e6,
      loop_p99_ms: cold.loop_p99_ms,
      load: cold.load,
    },
    {
      system: 'starting again',
      ms: again.ready_ms,
      cpu_ms: again.ready_cpu_ms,
      peak_mb: again.peak_mb,
      loop_p99_ms: again.loop_p99_ms,
      load: again.load,
    },
    { system: 'first question after it', ms: again.first_query_ms },
    {
      system: `${again.queries} questions, with their quotes`,
      ms: again.query_p50_ms,
      p95_ms: again.query_p95_ms,
      cpu_ms: again.query_p50_cpu_ms,
      p95_cpu_ms: again.query_p95_cpu_ms,
    },
    { system: 'a change can be found', ms: again.change_p50_ms, max_ms: again.change_max_ms },
  ];
  await finish('index', [{ name: 'a large tree', rows }]);
  process.stdout.write(
    `\nOne-minute load of the machine while it was measured: ${(cold.load ?? 0).toFixed(1)} and ${(again.load ?? 0).toFixed(1)}; times are of the clock on the wall, and longer the more it is.\n`,
  );
} finally {
  rmSync(place, { recursive: true, force: true });
}
