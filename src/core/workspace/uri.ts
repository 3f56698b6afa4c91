/** URIs of workspaces in one spelling, so that every door names a folder alike. */

/** Sessions of a window without a folder. */
export const noFolderUri = 'causeway:no-folder';

/**
 * Editors and `node:url` percent-encode differently (`c%3A` beside `C:`, `%2B` beside `+`), and a trailing slash
 * comes and goes; the canonical form is the same for all of them. URIs without an authority part are kept as they are.
 */
export function canonicalUri(uri: string): string {
  const match = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/([^/]*)(\/.*)?$/.exec(uri);
  if (!match) return uri;
  const [, scheme = '', authority = '', path = ''] = match;
  const segments = path.split('/').map(canonicalSegment);
  while (segments.length > 2 && segments.at(-1) === '') segments.pop();
  return `${scheme.toLowerCase()}://${canonicalSegment(authority)}${segments.join('/')}`;
}

function canonicalSegment(segment: string): string {
  const decoded = decode(segment);
  const isDrive = /^[A-Za-z]:$/.test(decoded);
  return encodeURIComponent(isDrive ? decoded.toLowerCase() : decoded);
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    // A stray percent sign is part of the name then.
    return segment;
  }
}

/** The folders of a window as one comparable text; their order does not matter. */
export const folderSet = (folders: readonly string[]): string =>
  JSON.stringify([...new Set(folders.map(canonicalUri))].sort());

/** Windows of several folders that were never saved as a workspace file; editors throw them away unasked. */
export const isUnsaved = (uri: string): boolean =>
  uri.startsWith('untitled:') || uri.startsWith('causeway:folders/');

/** The path of what a `file:` URI names, as its owner's machine writes it; undefined for what lies elsewhere. */
export function localPathOf(uri: string): string | undefined {
  const match = /^file:\/\/([^/]*)(\/.*)$/.exec(canonicalUri(uri));
  if (!match) return undefined;
  const [, host = '', encoded = ''] = match;
  const path = encoded.split('/').map(decodeURIComponent).join('/');
  if (host !== '') return `//${decodeURIComponent(host)}${path}`;
  return /^\/[a-z]:/.test(path) ? path.slice(1) : path;
}
