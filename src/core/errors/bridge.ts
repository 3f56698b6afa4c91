/** What the user of the bridge is told. */
import { CausewayError } from './error.ts';

export const portInvalid = (value: string) =>
  new CausewayError(
    'port_invalid',
    `${value} is not a TCP port (0–65535), so the bridge was not started. Use 61900.`,
    { action: 'open_settings' },
  );
export const portOutOfRange = (port: number) =>
  new CausewayError(
    'port_out_of_range',
    `Port ${port} cannot be used: the bridge takes 1024–65535. It was not started. Use 61900.`,
    { action: 'open_settings' },
  );
export const portForbidden = (port: number) =>
  new CausewayError(
    'port_forbidden',
    `This system does not let Causeway use port ${port}. It may be reserved. Choose another port in the settings.`,
    { action: 'open_settings' },
  );
export const portTaken = (port: number) =>
  new CausewayError(
    'port_taken',
    `Another program is using port ${port}. No token was sent to it. End that program, or choose another port in the settings.`,
    { action: 'open_settings' },
  );
export const bridgeHostRefused = (host: string) =>
  new CausewayError(
    'bridge_host_refused',
    `The bridge listens on this machine only, so it was not started on ${host}. Remove the host setting.`,
    { action: 'open_settings' },
  );
export const loopbackMissing = () =>
  new CausewayError(
    'loopback_missing',
    'This system has no loopback address the bridge could use, so it was not started.',
    { action: 'show_log' },
  );
export const addressMissing = (address: string) =>
  new CausewayError(
    'address_missing',
    `--listen: this machine has no address ${address}, so the bridge was not started. Use one of its own, or 0.0.0.0 or [::] for all of them.`,
  );
export const folderTooOpen = (folder: string) =>
  new CausewayError(
    'folder_too_open',
    `Others on this machine can read ${folder}, where the bridge keeps its start token. It was not started. Run chmod 700 on it.`,
    { action: 'show_log' },
  );
