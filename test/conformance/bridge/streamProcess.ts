/** The sockets and streams of the bridge alone, fed without end, in a process whose memory a test can look at. */
import { EventStream, eventStreamHeaders } from '../../../src/bridge/eventStream.ts';
import { defaultServerLimits, listenLoopback } from '../../../src/bridge/nodeServer.ts';

const piece = 'x'.repeat(64 * 1024);
const pieces = 3200;
const tell = (message: unknown) => process.stdout.write(`${JSON.stringify(message)}\n`);
const turnOfLoop = () => new Promise((resolve) => setImmediate(resolve));

/** Events that nobody slows down, as those of a turn. */
async function push(stream: EventStream): Promise<void> {
  let sent = 0;
  while (sent < pieces && stream.send('turn.text', piece)) {
    sent++;
    await turnOfLoop();
  }
  stream.end();
  tell({ pushed: sent });
}

/** Chunks that are made only when they are asked for, as those of an answer that is passed on. */
async function* pull(): AsyncGenerator<string> {
  let made = 0;
  try {
    for (; made < pieces; made++) yield piece;
  } finally {
    tell({ pulled: made });
  }
}

const log = { info() {}, warn() {}, error() {} };
const server = await listenLoopback(
  0,
  {
    async answer(request) {
      if (request.target === '/pull') {
        return { status: 200, headers: { ...eventStreamHeaders }, body: pull(), cut: request.presence };
      }
      const stream = new EventStream({ pingMs: 15_000, maxUnreadBytes: 4 * 1024 * 1024 });
      void push(stream);
      return { status: 200, headers: { ...eventStreamHeaders }, body: stream, cut: stream.cut };
    },
  },
  defaultServerLimits,
  log,
);
tell({ port: server.port });
