import { basename, delimiter } from 'node:path';

/** What npm adds for its scripts, and what a VS Code adds to its terminals: both would mislead another VS Code. */
const foreign = /^(npm_|VSCODE_|ELECTRON_|INIT_CWD$|NODE$|COLOR$)/;

/**
 * The environment that the user called npm with, for VS Code, its extensions and its terminals: their keys
 * are in it, and their own Node comes first on the PATH again.
 */
export function usersEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const own = Object.entries(env).filter(([name]) => !foreign.test(name));
  return Object.fromEntries(
    own.map(([name, value]) => [name, /^path$/i.test(name) && value ? withoutPackages(value) : value]),
  );
}

function withoutPackages(path: string): string {
  const added = new Set(['.bin', 'node-gyp-bin']);
  return path
    .split(delimiter)
    .filter((folder) => !(added.has(basename(folder)) && folder.includes('node_modules')))
    .join(delimiter);
}
