/** The smallest picture and the smallest sound that are such: one pixel, and a WAV file without samples. */
import { crc32, deflateSync } from 'node:zlib';

const chunk = (type: string, data: Uint8Array): Buffer => {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
};

export const png: string = Buffer.concat([
  Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
  chunk('IHDR', Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0])),
  chunk('IDAT', deflateSync(Buffer.from([0, 200, 30, 30]))),
  chunk('IEND', Buffer.alloc(0)),
]).toString('base64');

const riff = Buffer.alloc(44);
riff.write('RIFF', 0, 'latin1');
riff.writeUInt32LE(36, 4);
riff.write('WAVEfmt ', 8, 'latin1');
riff.writeUInt32LE(16, 16);
riff.writeUInt16LE(1, 20);
riff.writeUInt16LE(1, 22);
riff.writeUInt32LE(8_000, 24);
riff.writeUInt32LE(8_000, 28);
riff.writeUInt16LE(1, 32);
riff.writeUInt16LE(8, 34);
riff.write('data', 36, 'latin1');
export const wav: string = riff.toString('base64');
