import { bridgeHostRefused, portInvalid, portOutOfRange } from '../core/errors.ts';
import { defaultPort } from '../protocol/bridge.ts';

/** Ports below are for the system's own services. */
const firstPort = 1024;
const lastPort = 65535;

/** The port of a setting; the common one when nothing is set. Throws `port_invalid` or `port_out_of_range`. */
export function validatePort(value: unknown): number {
  if (value === undefined || value === null || value === '') return defaultPort;
  const port = typeof value === 'string' && /^\d{1,10}$/.test(value.trim()) ? Number(value) : value;
  if (typeof port !== 'number' || !Number.isInteger(port) || port < 0 || port > lastPort) {
    throw portInvalid(String(value).slice(0, 20));
  }
  if (port < firstPort) throw portOutOfRange(port);
  return port;
}

const loopbackNames = new Set(['', 'localhost', '127.0.0.1', '::1', '[::1]']);

/** The bridge listens on loopback alone; any other host of a setting throws `bridge_host_refused`. */
export function validateHost(value: string | undefined): void {
  if (!loopbackNames.has((value ?? '').trim().toLowerCase()))
    throw bridgeHostRefused(String(value).slice(0, 100));
}
