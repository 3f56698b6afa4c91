/** Where the rig reads from and writes to. All folders are absolute. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root, which is also the folder of the extension under development. */
export const repositoryRoot = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));

/** Downloads that are kept between runs: VS Code servers and the Node each of them runs on. */
export const cacheFolder = join(repositoryRoot, '.vscode-test');

/** Pictures of the last run. */
export const screenshotFolder = join(repositoryRoot, 'out', 'screenshots');

/** Results of suites that ran inside the extension host. */
export const resultFolder = join(repositoryRoot, 'out', 'results');

/** The workspace that suites open where they bring none of their own; copy it before changing files. */
export const sampleWorkspace = join(repositoryRoot, 'examples', 'sample-workspace');
