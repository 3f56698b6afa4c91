#!/usr/bin/env node
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { issueToken, type Scope, scopes } from './auth.ts';
import { formatSize } from './bytes.ts';

const usage = `harbour put FILE [--server URL] [--token TOKEN] [--pin]
harbour get ID [--out FILE] [--server URL] [--token TOKEN]
harbour token --name NAME --scope read|write|admin [--days 90]

The token may also be in HARBOUR_TOKEN, the server in HARBOUR_SERVER.`;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    server: { type: 'string', default: process.env.HARBOUR_SERVER ?? 'http://localhost:8480' },
    token: { type: 'string', default: process.env.HARBOUR_TOKEN ?? '' },
    out: { type: 'string' },
    pin: { type: 'boolean', default: false },
    name: { type: 'string' },
    scope: { type: 'string' },
    days: { type: 'string', default: '90' },
  },
});

/** Prints the server's own words and ends with status 1. */
async function complain(response: Response): Promise<never> {
  const body = (await response.json().catch(() => undefined)) as { error?: { message?: string } } | undefined;
  console.error(`harbour: ${body?.error?.message ?? response.statusText} (${response.status})`);
  process.exit(1);
}

async function putFile(file: string) {
  const body = await readFile(file);
  const digest = createHash('sha256').update(body).digest('base64');
  const response = await fetch(new URL(`/files/${encodeURIComponent(path.basename(file))}`, values.server), {
    method: 'PUT',
    headers: {
      authorization: `Bearer ${values.token}`,
      digest: `sha-256=${digest}`,
      ...(values.pin ? { 'x-keep': 'forever' } : {}),
    },
    body,
  });
  if (!response.ok) await complain(response);
  const entry = (await response.json()) as { id: string; size: number };
  console.log(`${new URL(`/files/${entry.id}`, values.server)}  ${formatSize(entry.size)}`);
}

async function getFile(id: string) {
  const response = await fetch(new URL(`/files/${id}`, values.server), {
    headers: { authorization: `Bearer ${values.token}` },
  });
  if (!response.ok) await complain(response);
  const body = Buffer.from(await response.arrayBuffer());
  if (values.out) await writeFile(values.out, body);
  else process.stdout.write(body);
}

function makeToken() {
  const scope = scopes.find((known) => known === values.scope) as Scope | undefined;
  const secret = process.env.HARBOUR_SECRET;
  if (!values.name || !scope || !secret) {
    console.error('harbour: token needs --name, --scope and HARBOUR_SECRET in the environment');
    process.exit(2);
  }
  const expiresAt = new Date(Date.now() + Number(values.days) * 24 * 60 * 60_000);
  console.log(issueToken({ name: values.name, scope }, secret, expiresAt));
}

const [command, argument] = positionals;
if (command === 'put' && argument) await putFile(argument);
else if (command === 'get' && argument) await getFile(argument);
else if (command === 'token') makeToken();
else {
  console.error(usage);
  process.exit(2);
}
