/**
 * Loaded into the VS Code server before its own program: answers `POST /mint-key` with a key that is kept.
 * The workbench in the browser encrypts the secrets of extensions with it. The server alone refuses that
 * request, and then a key that was entered in the panel is forgotten at the next reload of the page.
 * Its address names two files: `?token=FILE` holds the connection token, `&key=FILE` the key in hexadecimal.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Server } from 'node:http';

const { searchParams } = new URL(import.meta.url);
const contentOf = (name) => readFileSync(searchParams.get(name), 'utf8');
const token = contentOf('token');
const key = Buffer.from(contentOf('key'), 'hex');

// Extension hosts are started with the server's own flags, and their HTTP servers are none of this one's.
process.execArgv.splice(0);

const { emit } = Server.prototype;
Server.prototype.emit = function (event, ...args) {
  const [request, response] = args;
  if (event !== 'request' || request.method !== 'POST' || request.url !== '/mint-key') {
    return emit.call(this, event, ...args);
  }
  const allowed = sameText(cookieOf(request, 'vscode-tkn'), token);
  response.writeHead(allowed ? 200 : 403, { 'cache-control': 'no-store' }).end(allowed ? key : undefined);
  return true;
};

function cookieOf(request, name) {
  const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1) ?? '';
}

/** Compares in a time that does not depend on where two texts differ. */
function sameText(left, right) {
  const digest = (text) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(left), digest(right));
}
