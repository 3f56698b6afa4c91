/** Paths that others wrote, such as an answer or a tool's input: relative to a folder of the workspace, or refused. Pure. */

/** Times a path is decoded; a trick that is wrapped more often reaches no file, since nobody here decodes at all. */
const mostDecodings = 3;

/**
 * Whether a path stays in its folder however it is read: with either slash, as an address, and decoded. A link in it can
 * still lead out, which only the disk knows.
 */
export function isConfinedPath(path: string): boolean {
  if (path === '' || path.length > 4096) return false;
  let read = path;
  for (let times = 0; times <= mostDecodings; times++) {
    if (!staysInside(read)) return false;
    const decoded = decodedOnce(read);
    if (decoded === read) return true;
    read = decoded;
  }
  return false;
}

function staysInside(path: string): boolean {
  const slashed = path.replaceAll('\\', '/');
  // A drive, or the scheme of an address; a stream of NTFS has its colon later, and reaches another file too.
  if (slashed.includes('\0') || slashed.startsWith('/') || slashed.startsWith('~') || slashed.includes(':'))
    return false;
  // Windows drops dots and spaces at the end of a name.
  return slashed.split('/').every((part) => !/^\.\.[. ]*$/.test(part.trim()));
}

/** Byte by byte, so that a sequence that is no UTF-8 is decoded as far as it goes; overlong forms of `.` and `/` too. */
const decodedOnce = (path: string): string =>
  path
    .replace(/%c0%ae/gi, '.')
    .replace(/%c0%af/gi, '/')
    .replace(/%([\da-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
