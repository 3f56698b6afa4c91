/**
 * One process that has the tree open, as a window has: reads it for the first time, or starts again. Prints what it
 * measured as JSON.
 *
 *     node run.mjs cold|again FOLDER INDEX
 *
 * It is bundled with its worker beside it, as it is shipped.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { openPassageSearch } from '../../../../src/workers/openPassageSearch.ts';
import fastify from '../../questions/fastify.json' with { type: 'json' };
import flask from '../../questions/flask.json' with { type: 'json' };
import gin from '../../questions/gin.json' with { type: 'json' };
import tornado from '../../questions/tornado.json' with { type: 'json' };

const [phase, folder, indexFolder] = process.argv.slice(2);
if (phase === undefined || folder === undefined || indexFolder === undefined)
  throw new Error('Usage: node run.ts cold|again FOLDER INDEX');

const questions = [fastify, flask, gin, tornado].flat();

const problems: string[] = [];
const note = (message: string) => void problems.push(message);
const search = openPassageSearch({
  workerUrl: new URL('./workers/search.mjs', import.meta.url),
  roots: () => [folder],
  openFiles: async () => [],
  isTrusted: () => false,
  indexFolder,
  watch: 'told',
  log: { info: note, warn: note, error: note },
});

const percentile = (values: readonly number[], share: number): number =>
  [...values].sort((a, z) => a - z)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0;
const timed = async (run: () => Promise<unknown>): Promise<number> => {
  const before = performance.now();
  await run();
  return performance.now() - before;
};

const rssAtStart = process.memoryUsage.rss() / 1e6;
// The editor's host has other things to do than to wait; its loop is looked at every millisecond.
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
const cpuBefore = process.cpuUsage();
const readyMs = await timed(() => search.index.follow());
const cpu = process.cpuUsage(cpuBefore);
const state = search.index.state;

const result: Record<string, number> = {
  ready_ms: readyMs,
  ready_cpu_ms: (cpu.user + cpu.system) / 1000,
  files: state?.files ?? 0,
  chunks: state?.chunks ?? 0,
  as_text: state?.asText ?? 0,
};

if (phase === 'again') {
  result.first_query_ms = await timed(() => search.search(questions[0]?.question ?? '', { limit: 12 }));
  const times: number[] = [];
  const cpuTimes: number[] = [];
  for (const { question } of questions) {
    const before = process.cpuUsage();
    times.push(await timed(() => search.search(question, { limit: 12 })));
    const { user, system } = process.cpuUsage(before);
    cpuTimes.push((user + system) / 1000);
  }
  result.queries = times.length;
  result.query_p50_ms = percentile(times, 0.5);
  result.query_p95_ms = percentile(times, 0.95);
  result.query_p50_cpu_ms = percentile(cpuTimes, 0.5);
  result.query_p95_cpu_ms = percentile(cpuTimes, 0.95);
  const changes: number[] = [];
  for (let round = 0; round < 30; round++) {
    const word = `quokka${'abcdefghijklmnopqrstuvwxyzabcd'.slice(round, round + 1)}${round}`;
    const file = join(folder, `pkg${round}`, 'part0', `module${round}.ts`);
    const text = readFileSync(file, 'utf8');
    changes.push(
      await timed(async () => {
        writeFileSync(file, `${text}\nexport const ${word} = ${round};\n`);
        await search.index.changed([file]);
        const [found] = await search.search(word, { limit: 1 });
        if (found === undefined) throw new Error('The change was not found.');
      }),
    );
    writeFileSync(file, text);
    await search.index.changed([file]);
  }
  result.change_p50_ms = percentile(changes, 0.5);
  result.change_max_ms = Math.max(...changes);
}
delay.disable();
result.loop_p99_ms = delay.percentile(99) / 1e6;
await search.close();
result.peak_mb = process.resourceUsage().maxRSS / 1024;
result.start_mb = rssAtStart;
process.stdout.write(`${JSON.stringify({ result, problems })}\n`);
