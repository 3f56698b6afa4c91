/** Which grammar a file has, by its ending. What is not listed is cut by its lines. `esbuild.mjs` ships the same ones. */
const endings: Record<string, string> = {
  ts: 'typescript',
  mts: 'typescript',
  cts: 'typescript',
  tsx: 'tsx',
  js: 'javascript',
  mjs: 'javascript',
  cjs: 'javascript',
  jsx: 'javascript',
  py: 'python',
  pyi: 'python',
  go: 'go',
  java: 'java',
  c: 'cpp',
  h: 'cpp',
  cc: 'cpp',
  cpp: 'cpp',
  cxx: 'cpp',
  hh: 'cpp',
  hpp: 'cpp',
  hxx: 'cpp',
  cs: 'c-sharp',
  rb: 'ruby',
  rs: 'rust',
  php: 'php',
};

export const grammarOf = (path: string): string | undefined =>
  endings[path.slice(path.lastIndexOf('.') + 1).toLowerCase()];

/** Beside the bundled worker; in the sources, where the package has them. */
export const grammarsFolder = (worker: string): URL =>
  new URL(
    worker.endsWith('.ts') ? '../../node_modules/@vscode/tree-sitter-wasm/wasm/' : './grammars/',
    worker,
  );
