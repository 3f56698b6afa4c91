/**
 * Products of many short vectors with one, by the processor's instructions for several numbers at once, which JavaScript
 * has no word for: a small program for WebAssembly, written down here as its bytes.
 */

/** What of WebAssembly is used, of which Node's types do not speak. */
declare const WebAssembly: {
  Memory: new (size: { initial: number }) => { buffer: ArrayBuffer };
  Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  Instance: new (module: object, imports: object) => { exports: Record<string, unknown> };
};

/** Numbers that are multiplied at once. */
const lanes = 8;
const pageBytes = 65_536;
/** Rows at a time, so that they are still in the processor's cache when they are multiplied. */
const rowPages = 4;
/** Where in the memory things lie: the one vector, then the results, then the rows. */
const wantedAt = 0;
const resultsAt = pageBytes;
const rowsAt = 2 * pageBytes;
const mostResults = pageBytes / 4;

export type Dots = (rows: Int8Array, wanted: Int8Array, results: Int32Array) => void;

/** Writes the product of each row with `wanted`, whose length the rows have, one after the other. */
export const plainDots: Dots = (rows, wanted, results) => {
  const width = wanted.length;
  for (let row = 0, at = 0; row < results.length; row++) {
    let sum = 0;
    for (let place = 0; place < width; place++, at++)
      sum = (sum + Math.imul(rows[at] ?? 0, wanted[place] ?? 0)) | 0;
    results[row] = sum;
  }
};

const [empty, i32, v128, func] = [0x40, 0x7f, 0x7b, 0x60];
const get = (local: number) => [0x20, local];
const set = (local: number) => [0x21, local];
const constant = (value: number) => [0x41, value];
const add = [0x6a];
/** A step further: `local` += value. */
const step = (local: number, value: number) => [...get(local), ...constant(value), ...add, ...set(local)];
/** Seven bits a byte, the lowest first. */
const size = (value: number) => (value < 128 ? [value] : [(value & 127) | 128, value >> 7]);
const section = (id: number, content: readonly number[]) => [id, ...size(content.length), ...content];
const text = (value: string) => [value.length, ...new TextEncoder().encode(value)];

// The locals of the program; the first five are its parameters.
const [row, count, width, wanted, result, place, sum] = [0, 1, 2, 3, 4, 5, 6];
/** A lane of the sum as a number. */
const lane = (index: number) => [...get(sum), 0xfd, 0x1b, index];

const program = [
  ...[0x03, empty], // loop: each row
  ...[0xfd, 0x0c, ...new Array<number>(16).fill(0), ...set(sum)], // sum = v128.const 0
  ...[...constant(0), ...set(place)],
  ...[0x03, empty], // loop: eight numbers of it
  ...[...get(row), ...get(place), ...add, 0xfd, 0x01, 0, 0], // v128.load8x8_s
  ...[...get(wanted), ...get(place), ...constant(1), 0x74, ...add, 0xfd, 0x00, 0, 0], // v128.load
  ...[0xfd, 0xba, 0x01], // i32x4.dot_i16x8_s
  ...[...get(sum), 0xfd, 0xae, 0x01, ...set(sum)], // i32x4.add
  ...step(place, lanes),
  ...[...get(place), ...get(width), 0x48, 0x0d, 0], // br_if (place < width)
  0x0b,
  ...get(result),
  ...[...lane(0), ...lane(1), ...add, ...lane(2), ...add, ...lane(3), ...add],
  ...[0x36, 2, 0], // i32.store
  ...[...get(row), ...get(width), ...add, ...set(row)],
  ...step(result, 4),
  ...[...get(count), ...constant(1), 0x6b, ...set(count)],
  ...[...get(count), 0x0d, 0], // br_if (count)
  0x0b,
  0x0b,
];
const body = [2, 1, i32, 1, v128, ...program];

const bytes = [
  ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...section(1, [1, func, 5, i32, i32, i32, i32, i32, 0]),
  ...section(2, [1, ...text('here'), ...text('memory'), 0x02, 0x00, 1]),
  ...section(3, [1, 0]),
  ...section(7, [1, ...text('dots'), 0x00, 0]),
  ...section(10, [1, ...size(body.length), ...body]),
];

/** As `plainDots`, many times faster; undefined where the processor has no such instructions or there is no memory. */
function compiledDots(): Dots | undefined {
  let buffer: ArrayBuffer;
  let multiply: unknown;
  try {
    // The last row is read to the end of its last lanes, which is why there is one page more.
    const memory = new WebAssembly.Memory({ initial: 2 + rowPages + 1 });
    const module = new WebAssembly.Module(Uint8Array.from(bytes));
    multiply = new WebAssembly.Instance(module, { here: { memory } }).exports.dots;
    buffer = memory.buffer;
  } catch {
    return undefined;
  }
  if (typeof multiply !== 'function') return undefined;
  const run = multiply;
  const rowsIn = new Int8Array(buffer, rowsAt);
  const wantedIn = new Int16Array(buffer, wantedAt, pageBytes / 2);
  const resultsIn = new Int32Array(buffer, resultsAt, mostResults);
  return (rows, wanted, results) => {
    const width = wanted.length;
    if (width === 0 || width > lanes * 1024) return plainDots(rows, wanted, results);
    wantedIn.fill(0, width, width + lanes).set(wanted);
    const most = Math.min(mostResults, Math.floor((rowPages * pageBytes) / width));
    for (let first = 0; first < results.length; first += most) {
      const count = Math.min(most, results.length - first);
      rowsIn.set(rows.subarray(first * width, (first + count) * width));
      run(rowsAt, count, width, wantedAt, resultsAt);
      results.set(resultsIn.subarray(0, count), first);
    }
  };
}

export const dots: Dots = compiledDots() ?? plainDots;
