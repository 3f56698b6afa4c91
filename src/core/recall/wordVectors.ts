/** The meaning of single words as directions in space, from a table made once. */
export interface WordVectors {
  readonly dimensions: number;
  /** The direction of a text; empty where no word of it is known. */
  meaning(text: string): Int8Array;
}
