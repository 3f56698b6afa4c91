/** Finds, and where it may installs, the browser that shows the workbench. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './run.ts';

/** Raised where this machine has no browser and none could be installed; the message says what to do. */
export class NoBrowser extends Error {
  override readonly name = 'NoBrowser';
}

/** The environment variable that names a Chromium, Chrome or Edge to use instead of those found. */
export const chromiumVariable = 'CAUSEWAY_CHROMIUM';

const usualNames = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'microsoft-edge',
];
const usualFiles = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
];

/** The browser of this machine, or undefined. Throws `NoBrowser` where the variable names a file that is not there. */
export function findChromium(): string | undefined {
  const named = process.env[chromiumVariable];
  if (named) {
    if (existsSync(named)) return named;
    throw new NoBrowser(`${chromiumVariable} is ${named}, which does not exist.`);
  }
  const folders = [...(process.env.PATH ?? '').split(':'), '/usr/bin', '/usr/local/bin', '/snap/bin'];
  const onPath = folders.flatMap((folder) => usualNames.map((name) => join(folder, name)));
  return [...onPath, ...usualFiles].find((file) => existsSync(file));
}

/** The browser of this machine; on Debian or Ubuntu and as root it is installed where it is missing. */
export async function ensureChromium(): Promise<string> {
  const found = findChromium();
  if (found) return found;
  const reason = await installWithApt();
  const installed = findChromium();
  if (installed) return installed;
  throw new NoBrowser(
    `No Chromium, Chrome or Edge was found${reason}. Install one (Debian: apt-get install chromium), ` +
      `or set ${chromiumVariable} to the path of its program.`,
  );
}

/** Installs Chromium; returns why that did not work, as the end of a sentence, or nothing. */
async function installWithApt(): Promise<string> {
  if (!existsSync('/usr/bin/apt-get')) return ', and this system has no apt-get to install it with';
  if (process.getuid?.() !== 0) return ', and only root may install it';
  process.stdout.write('Installing Chromium with apt-get …\n');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const steps = [['update'], ['install', '-y', '--no-install-recommends', 'chromium']];
  for (const args of steps) {
    const { code, output } = await run('apt-get', args, { env });
    if (code !== 0) return `, and apt-get ${args[0]} failed: ${output.trim().split('\n').at(-1)}`;
  }
  return '';
}
