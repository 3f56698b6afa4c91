import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { findProgram } from './programs.ts';

/**
 * Opens an address in the default browser, where a person sits at a display; otherwise it does nothing.
 * The browser is given a file that leads on to the address, because every user of the machine can read its
 * command line, and the address has a secret in it.
 */
export async function openBrowser(address: string, dataFolder: string): Promise<void> {
  const opener = process.stdout.isTTY ? openerOf(process.platform, process.env) : undefined;
  if (!opener) return;
  const page = join(dataFolder, 'open.html');
  const escaped = address.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
  await writeFile(page, `<!doctype html><meta http-equiv="refresh" content="0; url=${escaped}">\n`, {
    mode: 0o600,
  });
  const [command, ...args] = opener;
  const child = spawn(command, [...args, pathToFileURL(page).href], { stdio: 'ignore', detached: true });
  // The address is printed too: who has no browser set up opens it by hand.
  child.once('error', () => undefined);
  child.unref();
}

/** The command that opens a file with the program for it; undefined where there is none, or no display. */
export function openerOf(
  platform: NodeJS.Platform,
  env: NodeJS.ProcessEnv,
): [string, ...string[]] | undefined {
  if (platform === 'darwin') return ['open'];
  if (platform === 'win32') return ['cmd', '/c', 'start', ''];
  if (!env.DISPLAY && !env.WAYLAND_DISPLAY) return undefined;
  const found = findProgram(['xdg-open'], env);
  return found ? [found] : undefined;
}
