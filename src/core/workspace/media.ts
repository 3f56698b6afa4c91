/** Pictures and PDFs as they may be sent: told by their first bytes, and held to the sizes models take. Pure. */
import type { imageMediaTypes } from '../../protocol/content.ts';

export type MediaType = (typeof imageMediaTypes)[number] | 'application/pdf';

const beginnings: readonly [type: MediaType, bytes: readonly (number | undefined)[]][] = [
  ['image/png', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  ['image/jpeg', [0xff, 0xd8, 0xff]],
  ['image/gif', [0x47, 0x49, 0x46, 0x38]],
  // Its size stands between the two words.
  [
    'image/webp',
    [0x52, 0x49, 0x46, 0x46, undefined, undefined, undefined, undefined, 0x57, 0x45, 0x42, 0x50],
  ],
  ['application/pdf', [0x25, 0x50, 0x44, 0x46, 0x2d]],
];

/** What a file is by its first bytes, whatever it is called; undefined where it is neither. */
export const mediaTypeOf = (bytes: Uint8Array): MediaType | undefined =>
  beginnings.find(([, wanted]) => wanted.every((byte, at) => byte === undefined || bytes[at] === byte))?.[0];

/** By its name, before it is read. */
export const isMediaName = (path: string): boolean => /\.(?:png|jpe?g|gif|webp|pdf)$/i.test(path);

/**
 * Most bytes of a file. The API takes 5 MB of a picture as base64, which is a third longer than the file, and 32 MB of a
 * whole request, of which a PDF of 20 MB takes 27.
 */
export const mostMediaBytes = (type: MediaType): number =>
  type === 'application/pdf' ? 20 * 1024 * 1024 : (5 * 1024 * 1024 * 3) / 4;
