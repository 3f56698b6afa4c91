/** Reads an image's size in pixels from its first bytes. */
import { base64Length, decodeBase64 } from './base64.ts';

export interface ImageSize {
  width: number;
  height: number;
}

type Read = (offset: number, length: number) => string;

const big = (bytes: string) => [...bytes].reduce((sum, char) => sum * 256 + char.charCodeAt(0), 0);
const little = (bytes: string) => big([...bytes].reverse().join(''));

/** Size of a PNG, GIF, WebP or JPEG; undefined when the data is none of these or is cut off. */
export function imageSize(base64: string): ImageSize | undefined {
  const read: Read = (offset, length) => decodeBase64(base64, offset, length);
  const size = sizeOf(read(0, 30), read, base64Length(base64));
  return size && size.width > 0 && size.height > 0 ? size : undefined;
}

function sizeOf(head: string, read: Read, length: number): ImageSize | undefined {
  if (head.length < 10) return undefined;
  if (head.startsWith('\x89PNG\r\n\x1a\n')) {
    return { width: big(head.slice(16, 20)), height: big(head.slice(20, 24)) };
  }
  if (head.startsWith('GIF8')) return { width: little(head.slice(6, 8)), height: little(head.slice(8, 10)) };
  if (head.startsWith('RIFF') && head.slice(8, 12) === 'WEBP') return webpSize(head);
  if (head.startsWith('\xff\xd8')) return jpegSize(read, length);
  return undefined;
}

/** WebP has three kinds of first chunk, each with its own place for the size (RFC 9649, section 2). */
function webpSize(head: string): ImageSize | undefined {
  switch (head.slice(12, 16)) {
    case 'VP8 ':
      return { width: little(head.slice(26, 28)) & 0x3fff, height: little(head.slice(28, 30)) & 0x3fff };
    case 'VP8L': {
      const bits = little(head.slice(21, 25));
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    }
    case 'VP8X':
      return { width: little(head.slice(24, 27)) + 1, height: little(head.slice(27, 30)) + 1 };
    default:
      return undefined;
  }
}

/** Markers C0 to CF begin a frame, which has the size, but for three that mean something else. */
const isFrame = (marker: number) =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;

/** Segments looked at before giving up; cameras write about ten before the frame. */
const mostSegments = 200;

function jpegSize(read: Read, length: number): ImageSize | undefined {
  let offset = 2;
  for (let segment = 0; segment < mostSegments && offset < length; segment++) {
    const header = read(offset, 9);
    if (header.length < 9 || header.charCodeAt(0) !== 0xff) return undefined;
    const marker = header.charCodeAt(1);
    if (marker === 0xff) {
      // A marker may be preceded by any number of fill bytes.
      offset += 1;
      continue;
    }
    if (isFrame(marker)) return { height: big(header.slice(5, 7)), width: big(header.slice(7, 9)) };
    offset += 2 + big(header.slice(2, 4));
  }
  return undefined;
}
