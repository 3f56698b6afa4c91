/**
 * A clock that all processes of a machine share and that no setting of the time moves, so that limits hold through
 * it. It is written down with what it times; between two readings the machine's uptime tells how long it was.
 */
export interface Reading {
  /** Ms since the machine started, its sleep included; the same in every process. */
  uptimeMs: number;
  /** Ms since the epoch, which anyone may set. */
  wallMs: number;
}

export interface SharedTime extends Reading {
  /** Never falls. */
  tick: number;
}

/** The longest time that counts: after it every window is over. */
const longestMs = 8 * 24 * 60 * 60_000;

/**
 * The time of a reading after an earlier one. Only a restart of the machine sets the uptime back; how long it was off,
 * the wall clock alone can tell, and a wall clock that was set back tells of no time less than what has passed since.
 */
export function timeAfter(last: SharedTime | undefined, reading: Reading): SharedTime {
  if (last === undefined) return { ...reading, tick: longestMs };
  const sinceStart = reading.uptimeMs - last.uptimeMs;
  const passed =
    sinceStart >= 0
      ? sinceStart
      : Math.max(reading.uptimeMs, Math.min(reading.wallMs - last.wallMs, longestMs));
  return { ...reading, tick: last.tick + passed };
}
