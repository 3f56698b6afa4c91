/** The directions in which vectors differ most, so that fewer numbers say nearly the same. */

/** Enough for the off-diagonal of a matrix of word vectors to vanish; each round shrinks it by its square. */
const rounds = 12;

/** The `count` axes along which the vectors are longest, the longest first, each of length 1. */
export function principalAxes(vectors: readonly Float64Array[], count: number): Float64Array[] {
  const moments = secondMoments(vectors);
  const axes = diagonalise(moments);
  const lengths = moments.map((row, at) => row[at] ?? 0);
  return [...lengths.keys()]
    .sort((a, z) => (lengths[z] ?? 0) - (lengths[a] ?? 0))
    .slice(0, count)
    .map((column) => Float64Array.from(axes, (row) => row[column] ?? 0));
}

function secondMoments(vectors: readonly Float64Array[]): Float64Array[] {
  const size = vectors[0]?.length ?? 0;
  const moments = Array.from({ length: size }, () => new Float64Array(size));
  for (const vector of vectors) {
    for (const [at, row] of moments.entries()) {
      const value = vector[at] ?? 0;
      for (let other = 0; other < size; other++) {
        row[other] = (row[other] ?? 0) + value * (vector[other] ?? 0);
      }
    }
  }
  return moments;
}

/** Jacobi's method: leaves the squared lengths on the diagonal of the matrix, and returns the axes as columns. */
function diagonalise(matrix: Float64Array[]): Float64Array[] {
  const size = matrix.length;
  const axes = Array.from({ length: size }, (_, at) => {
    const row = new Float64Array(size);
    row[at] = 1;
    return row;
  });
  for (let round = 0; round < rounds; round++) {
    for (let p = 0; p < size; p++) {
      for (let q = p + 1; q < size; q++) rotate(matrix, axes, p, q);
    }
  }
  return axes;
}

function rotate(matrix: Float64Array[], axes: Float64Array[], p: number, q: number): void {
  const between = matrix[p]?.[q] ?? 0;
  if (Math.abs(between) < 1e-9) return;
  const theta = ((matrix[q]?.[q] ?? 0) - (matrix[p]?.[p] ?? 0)) / (2 * between);
  const tangent = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const cosine = 1 / Math.sqrt(tangent * tangent + 1);
  const sine = tangent * cosine;
  const turn = (one: number, other: number): [number, number] => [
    cosine * one - sine * other,
    sine * one + cosine * other,
  ];
  for (const row of [...matrix, ...axes]) [row[p], row[q]] = turn(row[p] ?? 0, row[q] ?? 0);
  const [rowP, rowQ] = [matrix[p], matrix[q]];
  if (!rowP || !rowQ) return;
  for (let at = 0; at < rowP.length; at++) [rowP[at], rowQ[at]] = turn(rowP[at] ?? 0, rowQ[at] ?? 0);
}
