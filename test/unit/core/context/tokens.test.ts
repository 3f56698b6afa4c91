import assert from 'node:assert/strict';
import fc from 'fast-check';
import { base64Length, decodeBase64 } from '../../../../src/core/context/base64.ts';
import { imageSize } from '../../../../src/core/context/imageSize.ts';
import { estimateTokens, imageTokens, pdfTokens } from '../../../../src/core/context/tokens.ts';

const base64 = (...parts: (string | number[])[]) =>
  Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part))),
  ).toString('base64');
const big = (value: number, bytes: number) =>
  Array.from({ length: bytes }, (_, i) => (value >>> (8 * (bytes - 1 - i))) & 255);
const little = (value: number, bytes: number) => big(value, bytes).reverse();

const png = (width: number, height: number) =>
  base64('\x89PNG\r\n\x1a\n', big(13, 4), 'IHDR', big(width, 4), big(height, 4), [8, 6, 0, 0, 0]);
const gif = (width: number, height: number) =>
  base64('GIF89a', little(width, 2), little(height, 2), [0, 0, 0]);
const jpeg = (width: number, height: number, before: number[] = []) =>
  base64([0xff, 0xd8], before, [0xff, 0xc0], big(17, 2), [8], big(height, 2), big(width, 2), [3, 0, 0, 0]);
const webp = (kind: string, body: number[]) =>
  base64('RIFF', little(100, 4), 'WEBP', kind, body, [0, 0, 0, 0]);

describe('Size of an image', () => {
  const exif = [0xff, 0xe1, ...big(70_000 % 65_536, 2), ...Array<number>(70_000 - 65_536 - 2).fill(0xff)];
  const cases: { what: string; data: string; size: [number, number] | undefined }[] = [
    { what: 'a PNG', data: png(1200, 800), size: [1200, 800] },
    { what: 'a GIF', data: gif(320, 200), size: [320, 200] },
    { what: 'a JPEG', data: jpeg(4032, 3024), size: [4032, 3024] },
    {
      what: 'a JPEG with metadata and fill bytes before its frame',
      data: jpeg(40, 30, [...exif, 0xff]),
      size: [40, 30],
    },
    {
      what: 'a lossy WebP',
      data: webp('VP8 ', [...little(0, 4), 0, 0, 0, 0x9d, 1, 0x2a, ...little(640, 2), ...little(480, 2)]),
      size: [640, 480],
    },
    {
      what: 'a lossless WebP',
      data: webp('VP8L', [...little(0, 4), 0x2f, ...little(((480 - 1) << 14) | (640 - 1), 4), 0, 0, 0, 0, 0]),
      size: [640, 480],
    },
    {
      what: 'an extended WebP',
      data: webp('VP8X', [...little(10, 4), 0, 0, 0, 0, ...little(639, 3), ...little(479, 3)]),
      size: [640, 480],
    },
    { what: 'an image without height', data: png(10, 0), size: undefined },
    { what: 'a JPEG that is cut off', data: base64([0xff, 0xd8, 0xff, 0xe1, 0xff, 0xff]), size: undefined },
    { what: 'nothing', data: '', size: undefined },
    { what: 'text', data: base64('this is not an image at all'), size: undefined },
    { what: 'no base64', data: '§§§', size: undefined },
  ];
  for (const { what, data, size } of cases) {
    it(`${size ? 'reads' : 'does not invent'} the size of ${what}`, () =>
      assert.deepEqual(imageSize(data), size && { width: size[0], height: size[1] }));
  }

  it('never throws, whatever the data', () =>
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.constantFrom('', 'GIF89a', '\xff\xd8', 'RIFF0000WEBPVP8L'),
        (bytes, head) => {
          const size = imageSize(base64(head, [...bytes]));
          assert.ok(size === undefined || (size.width > 0 && size.height > 0));
        },
      ),
    ));
});

describe('Tokens of an image', () => {
  const cases: { what: string; data: string; tokens: number }[] = [
    { what: 'a token for each patch of 28 pixels', data: png(280, 280), tokens: 100 },
    { what: 'begun patches whole', data: png(281, 29), tokens: 22 },
    { what: 'no more than the API scales it to', data: png(8000, 8000), tokens: 4784 },
    { what: 'a long strip by its scaled size', data: png(5152, 56), tokens: 92 },
    { what: 'the most for an image it cannot read', data: 'AAAA', tokens: 4784 },
  ];
  for (const { what, data, tokens } of cases) {
    it(`counts ${what}`, () => assert.equal(imageTokens(data), tokens));
  }
});

describe('Tokens of a PDF', () => {
  const page = '1 0 obj << /Type /Page /Parent 2 0 R >> endobj\n';
  const cases: { what: string; data: string; pages: number }[] = [
    { what: 'pages that can be seen', data: base64(page.repeat(7), '<< /Type /Pages /Kids [] >>'), pages: 7 },
    {
      what: 'the number its page tree states',
      data: base64('<< /Type /Pages /Kids [1 0 R] /Count 42 >>'),
      pages: 42,
    },
    { what: 'a small file without visible pages as one', data: base64('%PDF-1.7'), pages: 1 },
    { what: 'hidden pages by the size', data: Buffer.alloc(300_000).toString('base64'), pages: 10 },
    { what: 'no more pages than the API takes', data: base64('<< /Type /Pages /Count 9999 >>'), pages: 600 },
    { what: 'pages beyond the part that is looked at', data: base64(page, '\0'.repeat(5_999_953)), pages: 2 },
  ];
  for (const { what, data, pages } of cases) {
    it(`counts ${what}`, () => assert.equal(pdfTokens(data), pages * 3000));
  }
});

describe('Estimate of a text', () => {
  it('is nothing for nothing and at least one for anything', () => {
    assert.equal(estimateTokens(''), 0);
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), (text) => estimateTokens(text) >= 1),
    );
  });

  it('never falls when text is added', () =>
    fc.assert(fc.property(fc.string(), fc.string(), (a, z) => estimateTokens(a + z) >= estimateTokens(a))));

  it('counts Chinese by the character and English by the word', () => {
    assert.equal(estimateTokens('上下文窗口'), 5);
    assert.equal(estimateTokens('the context window'), 4);
  });
});

describe('Parts of base64 data', () => {
  it('are the same as those of the whole', () =>
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(70), fc.nat(70), (bytes, start, length) => {
        const whole = Buffer.from(bytes);
        const data = whole.toString('base64');
        assert.equal(base64Length(data), whole.length);
        assert.equal(
          decodeBase64(data, start, length),
          whole.subarray(start, start + length).toString('latin1'),
        );
      }),
    ));
});
