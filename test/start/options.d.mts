export const usage: string;

export interface StartOptions {
  /** The absolute folder to open, which exists; the sample workspace where absent. */
  folder?: string;
  /** The absolute folder of everything that is kept between runs; the clone's own where absent. */
  data?: string;
  /** Opens a desktop VS Code instead of a server. */
  desktop: boolean;
  /** Opens the address in the default browser, where there is one. */
  open: boolean;
  help: boolean;
  /** What cannot be done as asked, as sentences for the user; the other fields say nothing then. */
  wrong?: string;
}

/** Reads the arguments of `npm start`; relative folders are relative to `from`. Never throws. */
export function readOptions(args: readonly string[], from: string): StartOptions;
