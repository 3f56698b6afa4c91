/** Processes of this machine, as far as the rig needs to see them. */
import { readdirSync, readFileSync } from 'node:fs';
import { run } from './run.ts';
import { until } from './until.ts';

interface ProcessRow {
  pid: number;
  parent: number;
  command: string;
}

/** The extension hosts of a server, one per open window, oldest first. */
export async function extensionHostsOf(serverPid: number): Promise<number[]> {
  const rows = await listProcesses();
  return rows
    .filter((row) => row.command.includes('--type=extensionHost') && descends(rows, row, serverPid))
    .map((row) => row.pid)
    .sort((a, b) => a - b);
}

/** The processes of this machine whose command line has a text in it, arguments separated by spaces. */
export async function processesNaming(text: string): Promise<{ pid: number; command: string }[]> {
  const rows = await listProcesses();
  return rows
    .map(({ pid, command }) => ({ pid, command: command.replaceAll('\0', ' ') }))
    .filter(({ pid, command }) => command.includes(text) && isAlive(pid));
}

/** Kills a process as a crash would (SIGKILL) and waits until it is gone. */
export async function killAndWait(pid: number): Promise<void> {
  signal(pid, 'SIGKILL');
  await until(`process ${pid} to end`, () => !isAlive(pid));
}

/** Whether a process runs; one that ended and was not yet collected by its parent does not. */
export function isAlive(pid: number): boolean {
  if (process.platform !== 'linux') return signal(pid, 0);
  const stat = readProcFile(pid, 'stat');
  return stat !== undefined && !/^\d+ \(.*\) [ZX]/s.test(stat);
}

/** Sends a signal; false where there is no such process. A negative pid names a process group. */
export function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name);
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ESRCH') return false;
    throw cause;
  }
}

function descends(rows: readonly ProcessRow[], row: ProcessRow, ancestor: number): boolean {
  let parent: ProcessRow | undefined = row;
  while (parent && parent.parent !== ancestor) {
    const wanted: number = parent.parent;
    parent = rows.find((other) => other.pid === wanted);
  }
  return parent !== undefined;
}

async function listProcesses(): Promise<ProcessRow[]> {
  // Bare Linux images have no ps, and other systems have no /proc.
  return process.platform === 'linux' ? readProc() : askPs();
}

function readProc(): ProcessRow[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const pid = Number(name);
      const stat = readProcFile(pid, 'stat');
      const command = readProcFile(pid, 'cmdline');
      const parent = stat && /^\d+ \(.*\) \S (\d+)/s.exec(stat)?.[1];
      return parent && command !== undefined ? [{ pid, parent: Number(parent), command }] : [];
    });
}

/** A file of a process under /proc, or undefined where the process has ended in the meantime. */
function readProcFile(pid: number, name: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && (cause.code === 'ENOENT' || cause.code === 'ESRCH')) {
      return undefined;
    }
    throw cause;
  }
}

async function askPs(): Promise<ProcessRow[]> {
  const { output } = await run('ps', ['-axo', 'pid=,ppid=,command=']);
  return output.split('\n').flatMap((line) => {
    const [, pid, parent, command] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return pid && parent && command ? [{ pid: Number(pid), parent: Number(parent), command }] : [];
  });
}
