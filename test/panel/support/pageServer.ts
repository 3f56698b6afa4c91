/** Serves the built panel with the policy it has in VS Code, and notes every request the page makes. */
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { extname, join } from 'node:path';
import { repositoryRoot } from '../../support/vscode/paths.ts';

export const panelFolder = join(repositoryRoot, 'out', 'panel-page');

const types: Record<string, string> = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.ttf': 'font/ttf',
};

/** As the host sets it: nothing but our own files, and pictures that are in the page. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
].join('; ');

const html = (
  style: string,
  script: string,
) => `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Causeway</title>
<link rel="stylesheet" href="/codicon.css"><link rel="stylesheet" href="/${style}"></head>
<body><main id="root"></main><script type="module" src="/${script}"></script></body></html>`;

const pages: Record<string, string> = {
  '/': html('panel.css', 'main.js'),
  '/usage': html('usage.css', 'usage.js'),
};

export async function servePanel(): Promise<{ origin: string; close: () => void }> {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://panel').pathname;
    const page = pages[path];
    if (page !== undefined) {
      response.writeHead(200, { 'content-type': 'text/html', 'content-security-policy': policy }).end(page);
      return;
    }
    readFile(join(panelFolder, path)).then(
      (bytes) => response.writeHead(200, { 'content-type': types[extname(path)] ?? '' }).end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return { origin: `http://127.0.0.1:${portOf(server)}`, close: () => void server.close() };
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return address.port;
}
