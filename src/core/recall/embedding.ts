/**
 * Directions that an embedding model of the user's has given, in the form in which recall keeps directions: whole
 * numbers of a byte, and no more of them than are worth their memory. Pure.
 */

/** A session of 20,000 turns has 40,000 directions: 10 MB. What is lost of a cosine by folding is a few hundredths. */
const mostDimensions = 256;

/**
 * Of length 127, rounded. A longer vector is folded: its numbers are added up in as many sums as are kept, each with a
 * sign of its own, which keeps products as they are but for chance (Weinberger et al., "Feature Hashing for Large Scale
 * Multitask Learning", 2009). Empty for one without a direction.
 */
export function direction(vector: readonly number[]): Int8Array {
  const sums = new Float64Array(Math.min(vector.length, mostDimensions));
  for (const [at, value] of vector.entries()) {
    const place = at % sums.length;
    sums[place] = (sums[place] ?? 0) + (vector.length > mostDimensions ? signOf(at) : 1) * value;
  }
  const length = Math.hypot(...sums);
  if (!(length > 0) || !Number.isFinite(length)) return new Int8Array(0);
  return Int8Array.from(sums, (value) => Math.round((value / length) * 127));
}

/** 1 or -1, as if by chance and always the same. */
const signOf = (at: number): number => ((Math.imul(at + 1, 0x9e3779b1) >>> 16) % 2 === 0 ? 1 : -1);
