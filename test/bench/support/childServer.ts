/** A server in a process of its own, so that it shares no thread with whoever measures it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

export interface ChildServer<T> {
  /** What it printed first, as JSON. */
  told: T;
  /** Processor time it has used, in microseconds; undefined where the system does not tell. */
  cpuUs(): number | undefined;
  close(): Promise<void>;
}

/** Ticks of the kernel's clock in a second, as Linux counts them for all programs. */
const ticksPerSecond = 100;

export async function startChildServer<T>(script: URL, ...args: string[]): Promise<ChildServer<T>> {
  const child = spawn(process.execPath, [script.pathname, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const [line] = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line'),
    exited.then(() => Promise.reject(new Error(`${script.pathname} ended before it was ready.`))),
  ]);
  return {
    told: JSON.parse(line),
    cpuUs() {
      if (process.platform !== 'linux') return undefined;
      const stat = readFileSync(`/proc/${child.pid}/stat`, 'utf8');
      // The name in parentheses may hold spaces; fields 14 and 15 are counted after it.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return ((Number(fields[11]) + Number(fields[12])) / ticksPerSecond) * 1_000_000;
    },
    async close() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
