/** An extension that watches the host's loop from before all others start. The task: `{ seconds, profile? }`. */
import { writeFileSync } from 'node:fs';
import { report, task } from './support.ts';
import { profile, Ticker } from './ticker.ts';

export async function activate(): Promise<void> {
  const { seconds, profile: file } = task();
  const recording = typeof file === 'string' ? await profile() : undefined;
  const ticker = new Ticker();
  setTimeout(() => finish().catch(console.error), Number(seconds) * 1000);

  async function finish(): Promise<void> {
    ticker.stop();
    if (recording && typeof file === 'string') writeFileSync(file, JSON.stringify(await recording.stop()));
    report({ startedAt: ticker.startedAt, blocks: ticker.blocks });
  }
}
