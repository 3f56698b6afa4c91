/** Checks the bytes of images and PDFs as the API does before a model sees them. */
import { ApiFailure, refuse } from './errors.ts';
import type { FakeBlock, FakeMessage } from './shapes.ts';

/** Bytes of one image; source: https://platform.claude.com/docs/en/build-with-claude/vision. */
const imageLimit = 5 * 1024 * 1024;

export function checkSources(messages: readonly FakeMessage[]): void {
  for (const [index, { content }] of messages.entries())
    for (const [place, part] of content.entries()) checkPart(part, `messages.${index}.content.${place}`);
}

function checkPart(part: FakeBlock, at: string): void {
  switch (part.type) {
    case 'image':
    case 'document':
      checkSource(part, `${at}.${part.type}.source`);
      return;
    case 'tool_result':
      if (Array.isArray(part.content))
        for (const [place, inner] of part.content.entries()) checkPart(inner, `${at}.content.${place}`);
      return;
    default:
      return;
  }
}

function checkSource(part: Extract<FakeBlock, { type: 'image' | 'document' }>, at: string): void {
  const { source } = part;
  if (source.type === 'file') throw new ApiFailure(404, `File not found: ${source.file_id}`);
  if (source.type !== 'base64') return;
  if (source.data === '') refuse(`${at}.base64.data: image cannot be empty`);
  if (!isBase64(source.data)) refuse(`${at}.base64.data: Input should be valid base64`);
  if (source.media_type === 'application/pdf') {
    if (!startsWith(source.data, '%PDF-')) refuse('The PDF specified was not valid.');
    return;
  }
  const bytes = Buffer.byteLength(source.data, 'base64');
  if (bytes > imageLimit)
    refuse(`${at}.base64: image exceeds 5 MB maximum: ${bytes} bytes > ${imageLimit} bytes`);
  const actual = imageType(source.data);
  if (actual === undefined) refuse('Could not process image');
  if (actual !== source.media_type)
    refuse(
      `${at}.base64.data: The image was specified using the ${source.media_type} media type, but the image appears to be a ${actual} image`,
    );
}

const isBase64 = (data: string): boolean => data.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(data);

const head = (data: string): Buffer => Buffer.from(data.slice(0, 32), 'base64');

const startsWith = (data: string, mark: string): boolean =>
  head(data).subarray(0, mark.length).toString('latin1') === mark;

function imageType(data: string): string | undefined {
  if (startsWith(data, '\x89PNG\r\n\x1a\n')) return 'image/png';
  if (startsWith(data, '\xff\xd8\xff')) return 'image/jpeg';
  if (startsWith(data, 'GIF8')) return 'image/gif';
  if (startsWith(data, 'RIFF') && head(data).subarray(8, 12).toString('latin1') === 'WEBP')
    return 'image/webp';
  return undefined;
}
