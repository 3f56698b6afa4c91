/** Remembers what came of the directives of the sessions in use: comparing each with each may take some ms. */
import { type Together, together } from './together.ts';

/** As many sessions as `Remembered` keeps the entries of. */
const most = 8;

export function lastTogether(): typeof together {
  const known = new Map<string, Together>();
  return (ofUser, ofSession) => {
    const key = JSON.stringify([ofUser, ofSession]);
    const made = known.get(key) ?? together(ofUser, ofSession);
    known.delete(key);
    known.set(key, made);
    const [oldest] = known.keys();
    if (known.size > most && oldest !== undefined) known.delete(oldest);
    return made;
  };
}
