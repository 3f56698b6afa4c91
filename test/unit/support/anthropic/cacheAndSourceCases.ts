/** Cache breakpoints, and the bytes of images and PDFs. */
import { assistant, type Case, cache, call, document, image, result, text, user } from './requestParts.ts';
import { pdf, png } from './samples.ts';

export const cacheAndSourceCases: Record<string, Case[]> = {
  breakpoints: [
    {
      what: 'four',
      change: { system: [1, 2, 3].map((n) => text(`${n}`, cache())), messages: [user(text('a', cache()))] },
      says: undefined,
    },
    {
      what: 'five',
      change: {
        system: [1, 2, 3, 4].map((n) => text(`${n}`, cache())),
        messages: [user(text('a', cache()))],
      },
      says: /A maximum of 4 blocks with cache_control may be provided\. Found 5\./,
    },
    {
      what: 'four and an automatic one',
      change: { ...cache(), system: [1, 2, 3, 4].map((n) => text(`${n}`, cache())) },
      says: /Found 5/,
    },
    {
      what: 'one within a result counts',
      change: {
        system: [1, 2, 3, 4].map((n) => text(`${n}`, cache())),
        messages: [
          user(text('a')),
          assistant(call('t1')),
          user({ ...result('t1'), content: [text('b', cache())] }),
        ],
      },
      says: /Found 5/,
    },
    {
      what: 'an automatic one where one is already',
      change: { ...cache(), messages: [user(text('a', cache()))] },
      says: undefined,
    },
    {
      what: 'an automatic one on the last of four',
      change: {
        ...cache(),
        system: [1, 2, 3].map((n) => text(`${n}`, cache())),
        messages: [user(text('a', cache()))],
      },
      says: undefined,
    },
    {
      what: 'an automatic one of another time',
      change: { ...cache('1h'), messages: [user(text('a', cache('5m')))] },
      says: /different ttl/,
    },
    {
      what: 'an hour before five minutes',
      change: { system: [text('a', cache('1h'))], messages: [user(text('b', cache('5m')))] },
      says: undefined,
    },
    {
      what: 'an hour after five minutes',
      change: { system: [text('a', cache())], messages: [user(text('b', cache('1h')))] },
      says: /ttl="1h" cache_control block must not come after a ttl="5m"/,
    },
    {
      what: 'another time',
      change: { system: [text('a', cache('2h'))] },
      says: /ttl: Input should be '5m' or '1h'/,
    },
    {
      what: 'one on thinking',
      change: {
        messages: [
          user(text('a')),
          assistant({ type: 'thinking', thinking: 'b', signature: 'c', ...cache() }),
          user(text('d')),
        ],
      },
      says: /cache_control: Extra inputs/,
    },
    {
      what: 'one on an empty text',
      change: { messages: [user(text('', cache()))] },
      says: /cache_control cannot be set for empty text blocks/,
    },
  ],
  sources: [
    { what: 'an image', change: { messages: [user(image(png))] }, says: undefined },
    {
      what: 'an image of another type',
      change: { messages: [user(image(png, 'image/jpeg'))] },
      says: /appears to be a image\/png image/,
    },
    {
      what: 'an image type that is none',
      change: { messages: [user(image(png, 'image/tiff'))] },
      says: /media_type: Input should be 'image\/jpeg'/,
    },
    { what: 'an image that is no base64', change: { messages: [user(image('%%%%'))] }, says: /valid base64/ },
    {
      what: 'an image that is none',
      change: { messages: [user(image('aGVsbG8gd29ybGQ='))] },
      says: /^Could not process image$/,
    },
    {
      what: 'an image above five megabytes',
      change: { messages: [user(image(png.replace(/=*$/, '').slice(0, 88) + 'A'.repeat(8_000_000)))] },
      says: /image exceeds 5 MB maximum/,
    },
    { what: 'a PDF', change: { messages: [user(document(pdf))] }, says: undefined },
    {
      what: 'a PDF that is none',
      change: { messages: [user(document('aGVsbG8gd29ybGQ='))] },
      says: /PDF specified was not valid/,
    },
    {
      what: 'an image within a result',
      change: {
        messages: [
          user(text('a')),
          assistant(call('t1')),
          user({ ...result('t1'), content: [image('aGVsbG8gd29ybGQ=')] }),
        ],
      },
      says: /Could not process image/,
    },
  ],
};
