/**
 * Watches the loop of a host at rest while an extension is started and does the first thing it is for.
 * The task: `{ id, command?, seconds, profile? }`.
 */
import { writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { commands, extensions } from 'vscode';
import { quiet, report, task } from './support.ts';
import { profile, Ticker } from './ticker.ts';

export async function run(): Promise<void> {
  const { id, command, seconds, profile: file } = task();
  await quiet();
  const recording = typeof file === 'string' ? await profile() : undefined;
  const ticker = new Ticker();
  await extensions.getExtension(String(id))?.activate();
  if (typeof command === 'string') await commands.executeCommand(command);
  await pause(Number(seconds) * 1000);
  ticker.stop();
  if (recording && typeof file === 'string') writeFileSync(file, JSON.stringify(await recording.stop()));
  report({ startedAt: ticker.startedAt, blocks: ticker.blocks });
}
