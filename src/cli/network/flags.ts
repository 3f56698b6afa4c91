/** What `causeway serve` was told about the network, and whether it may be. */
import { z } from 'zod';
import { validatePort } from '../../bridge/port.ts';
import { invalidInput } from '../../core/errors.ts';
import type { TlsFiles } from './tlsFiles.ts';

export const networkOptions = {
  listen: { type: 'string' },
  'tls-cert': { type: 'string' },
  'tls-key': { type: 'string' },
  'host-name': { type: 'string', multiple: true },
  'plain-behind-proxy': { type: 'boolean' },
} as const;

export interface NetworkFlags {
  /** The address that was read from the flag, the environment or its file; not what names one. */
  store?: string | undefined;
  port?: string | undefined;
  listen?: string | undefined;
  'tls-cert'?: string | undefined;
  'tls-key'?: string | undefined;
  'host-name'?: string[] | undefined;
  'plain-behind-proxy'?: boolean | undefined;
}

export interface NetworkWish {
  address: string;
  port: number;
  files: TlsFiles | undefined;
  hosts: ReadonlySet<string>;
}

/** Undefined where the loopback alone is wanted. Throws `invalid_input`, `port_invalid`, `port_out_of_range`. */
export function networkOf(flags: NetworkFlags): NetworkWish | undefined {
  const { listen, store, port } = flags;
  if (listen === undefined) {
    const stray = namedOf(flags);
    if (stray) throw invalidInput(...stray, 'it together with --listen ADDRESS:PORT');
    return undefined;
  }
  if (!store)
    throw invalidInput(
      '--listen',
      listen,
      'it together with --store redis://…, since a bridge of one machine listens on the loopback alone',
    );
  if (port !== undefined) throw invalidInput('--port', port, 'the port as a part of --listen ADDRESS:PORT');
  const place = placeOf(listen);
  const files = filesOf(flags);
  const proxied = flags['plain-behind-proxy'] ?? false;
  if (files && proxied)
    throw invalidInput(
      '--plain-behind-proxy',
      'it with --tls-cert',
      'one of the two: TLS ends here or at the proxy',
    );
  if (!files && !proxied && !isLoopback(place.address))
    throw invalidInput(
      '--listen',
      listen,
      '--tls-cert FILE and --tls-key FILE beside an address that others reach, or --plain-behind-proxy where a proxy ends TLS',
    );
  const names = (flags['host-name'] ?? []).map(hostName);
  if (names.length === 0 && isEvery(place.address))
    throw invalidInput(
      '--listen',
      listen,
      'a --host-name NAME beside it: the name by which programs reach this bridge, for each of them',
    );
  const own = isEvery(place.address) ? [] : [`${hostOf(place.address)}:${place.port}`];
  const hosts = names.flatMap((name) => (hasPort(name) ? [name] : [name, `${name}:${place.port}`]));
  return { ...place, files, hosts: new Set([...hosts, ...own]) };
}

/** The first of the options that mean nothing without `--listen`. */
function namedOf(flags: NetworkFlags): [option: string, value: string] | undefined {
  for (const option of ['tls-cert', 'tls-key', 'host-name', 'plain-behind-proxy'] as const) {
    const value = flags[option];
    if (value !== undefined) return [`--${option}`, value === true ? 'it alone' : String(value)];
  }
  return undefined;
}

function filesOf({ 'tls-cert': cert, 'tls-key': key }: NetworkFlags): TlsFiles | undefined {
  if (cert === undefined && key === undefined) return undefined;
  if (key === undefined) throw invalidInput('--tls-cert', String(cert), 'its key beside it: --tls-key FILE');
  if (cert === undefined) throw invalidInput('--tls-key', key, 'its certificate beside it: --tls-cert FILE');
  return { cert, key };
}

const expectedPlace = 'an IP address and a port, such as 0.0.0.0:61900 or [::]:61900';

/** Names of machines are not taken: which address one means is decided elsewhere, and may change. */
function placeOf(typed: string): { address: string; port: number } {
  const [, v6, v4, port] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,10}))?$/.exec(typed) ?? [];
  const isAddress = v6 === undefined ? z.ipv4().safeParse(v4).success : z.ipv6().safeParse(v6).success;
  if (!isAddress) throw invalidInput('--listen', typed, expectedPlace);
  return { address: (v6 ?? v4 ?? '').toLowerCase(), port: validatePort(port) };
}

const isEvery = (address: string): boolean => address === '0.0.0.0' || /^[0:]+$/.test(address);
const isLoopback = (address: string): boolean => address.startsWith('127.') || address === '::1';
const hostOf = (address: string): string => (address.includes(':') ? `[${address}]` : address);
const hasPort = (name: string): boolean => /:\d+$/.test(name) && !name.endsWith(']');

const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const host = new RegExp(`^(?:${label}(?:\\.${label})*|\\[[0-9a-f:.]+\\])(?::\\d{1,5})?$`);

/** One name each, no patterns: what a pattern lets in, nobody can say. */
function hostName(typed: string): string {
  const name = typed.toLowerCase();
  if (name.length > 260 || !host.test(name))
    throw invalidInput('--host-name', typed, 'a name such as causeway.example.com, alone or with a port');
  return name;
}
