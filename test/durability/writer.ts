/**
 * A process that writes to a session database until it is killed, or COUNT times:
 *
 *     node writer.ts FILE SESSION NAME entries|turns|live [COUNT]
 *
 * It says `open CODES` with the codes of notices, then one line for each write that was acknowledged: `entry N`,
 * `turn ID`, `part ID TEXT`, `end ID`. Lines are written synchronously, so that a line that was read was acknowledged,
 * and a write whose line is missing may or may not be there.
 */
import { writeSync } from 'node:fs';
import { SqliteStore } from '../../src/store/sqlite/sqliteStore.ts';

const [file = '', sessionId = '', name = '', what = '', count = 'Infinity'] = process.argv.slice(2);
const say = (line: string) => writeSync(1, `${line}\n`);

const store = await SqliteStore.open({ file, workspaceId: 'w', key: undefined, emit: () => undefined });
say(
  `open ${store
    .status()
    .notices.map(({ code }) => code)
    .join()}`,
);

const mark = () => ({ id: crypto.randomUUID(), at: Date.now() });
const textBlock = (text: string) => ({ type: 'text' as const, text });

function appendEntry(number: number): void {
  store.append(sessionId, [
    {
      ...mark(),
      kind: 'user',
      turnId: crypto.randomUUID(),
      door: 'cli',
      content: [textBlock(`${name} ${number} ${'.'.repeat((number * 97) % 3_000)}`)],
      grounding: 'off',
    },
  ]);
  say(`entry ${number}`);
}

function runTurn(number: number): void {
  const turnId = crypto.randomUUID();
  const by = { provider: 'p', model: 'm' };
  const content = [textBlock(`${name} asks ${number}`)];
  store.submitTurn(
    { ...mark(), kind: 'user', turnId, door: 'cli', content, grounding: 'off' },
    sessionId,
    by,
  );
  say(`turn ${turnId}`);
  let text = '';
  for (let part = 0; part < 4; part++) {
    text += `${part}`;
    // A turn that waits behind another one has no text yet.
    if (store.checkpoint(turnId, [textBlock(text)])) say(`part ${turnId} ${text}`);
  }
  if (store.liveTurn(sessionId)?.turnId !== turnId) return;
  store.finishTurn(turnId, {
    ...mark(),
    kind: 'assistant',
    turnId,
    door: 'core',
    ...by,
    content: [textBlock(text)],
    outcome: 'done',
  });
  say(`end ${turnId}`);
}

/** A turn whose text goes on until the lease is lost, which it says as `lost ID`. */
async function holdTurn(): Promise<void> {
  const turnId = crypto.randomUUID();
  const by = { provider: 'p', model: 'm' };
  const content = [textBlock(`${name} asks`)];
  store.submitTurn(
    { ...mark(), kind: 'user', turnId, door: 'cli', content, grounding: 'off' },
    sessionId,
    by,
  );
  say(`turn ${turnId}`);
  for (let part = 1; ; part++) {
    const text = 'x'.repeat(part);
    if (!store.checkpoint(turnId, [textBlock(text)])) break;
    say(`part ${turnId} ${text}`);
    // The first parts come at once; then the lease lives by its beats alone, for most of the time.
    if (part >= 3) await new Promise((resolve) => setTimeout(resolve, 5_000));
  }
  say(`lost ${turnId}`);
}

if (what === 'live') await holdTurn();
else
  for (let number = 1; number <= Number(count); number++) {
    if (what === 'turns') runTurn(number);
    else appendEntry(number);
    // Timers of the store run in between, as they do where it serves calls.
    await new Promise((resolve) => setImmediate(resolve));
  }
await store.close();
