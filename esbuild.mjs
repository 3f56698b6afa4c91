/**
 * Builds what is shipped into `dist/` and prints its sizes.
 *
 *     node esbuild.mjs            for the package: minified, without source maps
 *     node esbuild.mjs --dev      readable, with source maps
 *     node esbuild.mjs --tests    also the suites that run in the extension host, into `out/test/host/`
 *     node esbuild.mjs --watch    builds again at each change
 *     node esbuild.mjs --cli      the command line alone, with its workers, into `out/cli/`
 *     node esbuild.mjs --client   the client as a package that needs no other, into `out/client/`
 */
import { execFileSync } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { chmod, cp, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, context } from 'esbuild';
import { buildPanel, leanZod } from './media/build.mjs';

const root = dirname(fileURLToPath(import.meta.url));
const flags = new Set(process.argv.slice(2));
const cliOnly = flags.has('--cli');
const target = cliOnly ? 'out/cli' : 'dist';
const dev = flags.has('--dev') || flags.has('--watch') || flags.has('--tests');

// Dependencies in CommonJS ask for `require`, which an ES module does not have.
const banner = {
  js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
};

const forNode = {
  absWorkingDir: root,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node22',
  mainFields: ['module', 'main'],
  minify: !dev,
  // The names of classes are shown in logs and compared in errors.
  keepNames: true,
  sourcemap: dev ? 'linked' : false,
  legalComments: 'none',
  logLevel: 'warning',
  banner,
  plugins: [leanZod],
  metafile: true,
};

/** Only the extension's bundle knows `vscode`; anywhere else an import of it breaks the build. */
const extension = {
  name: 'extension',
  options: {
    entryPoints: { extension: 'src/extension.ts' },
    outdir: 'dist',
    splitting: true,
    chunkNames: 'chunks/extension-[name]-[hash]',
    external: ['vscode'],
  },
};

const bundles = [
  ...(cliOnly ? [] : [extension]),
  {
    name: 'command line',
    options: {
      entryPoints: { cli: 'src/cli.ts' },
      outdir: target,
      splitting: true,
      chunkNames: 'chunks/cli-[name]-[hash]',
    },
  },
  ...['store', 'user', 'search', 'syntax', 'tokens', 'recall', 'secrets', 'transforms'].map((name) => ({
    name: `worker ${name}`,
    options: {
      entryPoints: { [name]: `src/workers/${name}.ts` },
      outdir: `${target}/workers`,
      // The parser is in CommonJS, and asks where it lies.
      ...(name === 'syntax' ? { define: { __filename: 'import.meta.filename' } } : {}),
    },
  })),
];

if (flags.has('--tests')) {
  bundles.push({
    name: 'host suites',
    options: {
      entryPoints: ['test/host/index.ts', ...globSync('test/host/**/*.test.ts', { cwd: root })],
      outbase: 'test/host',
      outdir: 'out/test/host',
      splitting: true,
      chunkNames: 'chunks/[name]-[hash]',
      external: ['vscode'],
      // Suites are never shipped: they load their packages from node_modules.
      packages: 'external',
      minify: false,
    },
  });
}

if (flags.has('--client')) {
  await client();
  process.exit(0);
}

const missing = bundles
  .flatMap(({ options }) => Object.values(options.entryPoints))
  .filter((entry) => !existsSync(join(root, entry)));
if (missing.length > 0) {
  console.error(`Nothing was built: ${missing.join(', ')} does not exist.`);
  process.exit(1);
}

await rm(join(root, target), { recursive: true, force: true });
if (!cliOnly) await rm(join(root, 'out', 'test', 'host'), { recursive: true, force: true });

if (flags.has('--watch')) {
  const watched = await Promise.all(bundles.map(({ options }) => context({ ...forNode, ...options })));
  await Promise.all(watched.map((one) => one.watch()));
  await wordVectors();
  await grammars();
  await panel();
  console.log('Watching. The panel is built once: start again after changes in media/.');
} else {
  try {
    await once();
  } catch (error) {
    // esbuild has printed each error where it lies; anything else is told here.
    if (!Array.isArray(error.errors)) console.error(error);
    process.exit(1);
  }
}

async function once() {
  const started = performance.now();
  const built = await Promise.all(
    bundles.map(async ({ name, options }) => [name, await build({ ...forNode, ...options })]),
  );
  await chmod(join(root, target, 'cli.js'), 0o755);
  await wordVectors();
  await grammars();
  for (const [name, { metafile }] of built) report(name, metafile.outputs);
  if (!cliOnly) report('panel', (await panel()).outputs);
  console.log(`Built in ${((performance.now() - started) / 1000).toFixed(1)} s.`);
}

/** The client of the bridge: one file for any runtime, and beside it what finds a bridge, which needs Node. */
async function client() {
  const outdir = join(root, 'out', 'client');
  await rm(outdir, { recursive: true, force: true });
  await build({
    ...forNode,
    platform: 'neutral',
    banner: {},
    minify: false,
    sourcemap: false,
    metafile: false,
    entryPoints: { index: 'src/client/index.ts', discovery: 'src/client/discovery.ts' },
    external: ['node:*'],
    splitting: true,
    chunkNames: 'chunk-[hash]',
    outdir,
  });
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const types = [
    '--noEmit',
    'false',
    '--declaration',
    '--emitDeclarationOnly',
    '--outDir',
    join(outdir, 'types'),
  ];
  execFileSync(process.execPath, [tsc, '-p', join(root, 'src/client/tsconfig.json'), ...types], {
    stdio: 'inherit',
  });
  const { version, license } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const entry = (name) => ({
    types: `./types/client/${name}.d.ts`,
    default: `./${name}.js`,
  });
  const manifest = {
    name: 'causeway-client',
    version,
    license,
    type: 'module',
    exports: { '.': entry('index'), './discovery': entry('discovery') },
    // Only the types name it: what runs has it within.
    peerDependencies: { zod: '^4' },
    peerDependenciesMeta: { zod: { optional: true } },
  };
  await writeFile(join(outdir, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  console.log('The client is in out/client.');
}

/** The table is read by a worker, and lies beside it in the sources too. */
function wordVectors() {
  return cp(join(root, 'src/workers/vectors'), join(root, target, 'workers/vectors'), { recursive: true });
}

/** The parser and the grammars of `src/workers/syntax/grammars.ts`; the others of the package are not used. */
async function grammars() {
  const from = join(root, 'node_modules/@vscode/tree-sitter-wasm');
  const to = join(root, target, 'workers/grammars');
  const names = 'typescript tsx javascript python go java cpp c-sharp ruby rust php'.split(' ');
  const files = ['tree-sitter.wasm', ...names.map((name) => `tree-sitter-${name}.wasm`)];
  for (const file of files) await cp(join(from, 'wasm', file), join(to, file));
  await cp(join(from, 'LICENSE'), join(to, 'LICENSE.txt'));
}

function panel() {
  return buildPanel({ outdir: join(root, 'dist', 'panel'), minify: !dev, sourcemap: dev });
}

/** One line a bundle: what loads at once, and what only when it is needed. */
function report(name, outputs) {
  const code = Object.entries(outputs).filter(([file]) => !file.endsWith('.map'));
  const now = new Set();
  const visit = (file) => {
    if (now.has(file) || !outputs[file]) return;
    now.add(file);
    for (const { path, kind } of outputs[file].imports ?? []) if (kind === 'import-statement') visit(path);
  };
  for (const [file, { entryPoint }] of code) if (entryPoint && !isLazy(file, outputs)) visit(file);
  const sum = (files) => files.reduce((total, [, { bytes }]) => total + bytes, 0);
  const first = code.filter(([file]) => now.has(file));
  const later = code.filter(([file]) => !now.has(file));
  const lazily = later.length > 0 ? `, ${kilobytes(sum(later))} more when needed` : '';
  console.log(`${name.padEnd(18)} ${kilobytes(sum(first))}${lazily}`);
}

/** A file that another one imports dynamically has an entry point too, though it is not loaded at first. */
function isLazy(file, outputs) {
  return Object.values(outputs).some(({ imports }) =>
    imports?.some((one) => one.path === file && one.kind === 'dynamic-import'),
  );
}

function kilobytes(bytes) {
  return `${(bytes / 1024).toFixed(0)} KB`;
}
