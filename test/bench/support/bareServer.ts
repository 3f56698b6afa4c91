/** The least a JSON route can be: `node:http`, one object written anew for each request. Prints its port. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const value: unknown = JSON.parse(process.argv[2] ?? '{}');
const server = createServer((_, response) => {
  response.setHeader('content-type', 'application/json').end(JSON.stringify(value));
});
server.listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ port: (server.address() as AddressInfo).port }));
});
