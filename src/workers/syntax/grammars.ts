/** Which grammar a file has, by its ending. What is not listed is cut by its lines. */
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
