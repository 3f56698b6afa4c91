/**
 * An upstream that is never the bottleneck: sockets alone, answers made beforehand. A request for the paced model
 * gets its stream as a model would give it. Prints its port.
 */

import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';
import { answerBody, pacedModel, streamDeltas, streamEnd, streamStart } from './messages.ts';

/** Milliseconds before the first event of a paced stream, and between two deltas. */
const thinkMs = 20;
const deltaMs = 5;

const headOf = (type: string, more: string) =>
  `HTTP/1.1 200 OK\r\ncontent-type: ${type}\r\nrequest-id: req_011CSHoEeqs5C35K2UUqR7Fy\r\n${more}\r\n\r\n`;
const chunk = (text: string) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;

const whole = Buffer.from(
  headOf('application/json', `content-length: ${Buffer.byteLength(answerBody)}`) + answerBody,
);
const streamHead = headOf('text/event-stream; charset=utf-8', 'transfer-encoding: chunked');
const lastChunk = '0\r\n\r\n';
const stream = Buffer.from(
  streamHead + chunk(streamStart) + streamDeltas.map(chunk).join('') + chunk(streamEnd) + lastChunk,
);

function answerPaced(socket: Socket): void {
  let at = 0;
  const next = () => {
    if (socket.destroyed) return;
    if (at === 0) socket.write(streamHead + chunk(streamStart + (streamDeltas[0] ?? '')));
    else if (at < streamDeltas.length) socket.write(chunk(streamDeltas[at] ?? ''));
    else {
      socket.write(chunk(streamEnd) + lastChunk);
      return;
    }
    at++;
    setTimeout(next, deltaMs);
  };
  setTimeout(next, thinkMs);
}

const server = createServer((socket) => {
  socket.setNoDelay(true);
  let held: Buffer = Buffer.alloc(0);
  /** Bytes of a body that are still to come, whose beginning was looked at. */
  let left = 0;
  let answer: () => void = () => undefined;
  socket.on('error', () => socket.destroy());
  socket.on('data', (bytes: Buffer) => {
    let rest = bytes;
    while (rest.length > 0) {
      if (left > 0) {
        const taken = Math.min(left, rest.length);
        left -= taken;
        rest = rest.subarray(taken);
        if (left === 0) answer();
        continue;
      }
      held = held.length === 0 ? rest : Buffer.concat([held, rest]);
      const end = held.indexOf('\r\n\r\n');
      // What a request wants stands at its beginning.
      if (end < 0 || (held.length < end + 100 && !held.includes('}', end))) return;
      const head = held.toString('latin1', 0, end).toLowerCase();
      const place = head.indexOf('content-length:');
      left = place < 0 ? 0 : Number.parseInt(head.slice(place + 15), 10);
      rest = held.subarray(end + 4);
      const beginning = rest.subarray(0, 100);
      const paced = beginning.includes(pacedModel);
      const streams = beginning.includes('"stream":true');
      answer = paced ? () => answerPaced(socket) : () => socket.write(streams ? stream : whole);
      held = Buffer.alloc(0);
    }
  });
});
server.listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ port: (server.address() as AddressInfo).port }));
});
