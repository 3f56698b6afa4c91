/**
 * Finds a bridge, goes on in the newest session of this program or begins one, and streams a turn.
 *
 *     CAUSEWAY_TOKEN=… node examples/clients/ask.ts 'What does src/retry.ts do?'
 *
 * Outside this repository the client is the package that `node esbuild.mjs --client` writes into `out/client`.
 */
import { BridgeError, connect } from '../../src/client/index.ts';

const { CAUSEWAY_URL: url = 'http://127.0.0.1:61900', CAUSEWAY_TOKEN: token = '' } = process.env;
const title = 'Asked by a script';
const bridge = connect({ url, token });

try {
  const { sessions } = await bridge.sessions.list();
  const session = sessions.find((one) => one.title === title) ?? (await bridge.sessions.create({ title }));
  // With a key of its own a call that broke off can be sent again: the turn is joined, not asked twice.
  const again = { idempotencyKey: crypto.randomUUID() };
  const text = process.argv[2] ?? 'What is this project about?';
  for await (const event of bridge.turn(session.id, { text }, again)) {
    if (event.type === 'turn.text') process.stdout.write(event.text);
    if (event.type === 'turn.ended' && event.entry.kind === 'assistant')
      process.stdout.write(`\n${event.entry.outcome} in session ${session.id}\n`);
  }
} catch (error) {
  if (!(error instanceof BridgeError)) throw error;
  process.stderr.write(`${error.code}: ${error.message}\n`);
  process.exitCode = 1;
}
