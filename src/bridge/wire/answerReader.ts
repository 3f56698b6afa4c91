/** What happens to an answer on its way to the client, for one wire. No I/O. */
import type { CausewayError } from '../../core/errors.ts';
import type { RelayOutcome } from '../../core/relay.ts';
import type { Usage } from '../../protocol/content.ts';

export interface AnswerHead {
  status: number;
  /** As they go to the client. */
  headers: Record<string, string>;
}

/** Reads one answer, which is either whole or a stream. */
export interface AnswerReader {
  /** As far as it is known. */
  readonly usage: Usage | undefined;
  /** The first word of a stream has come. */
  readonly hasBegun: boolean;
  /** An answer without a stream, as the client gets it. Throws a `CausewayError` when it is none. */
  whole(head: AnswerHead, bytes: Buffer): AnswerHead & { bytes: Uint8Array };
  /** Headers of a stream, as the client gets them. */
  begin(head: AnswerHead): AnswerHead;
  /** What of a stream goes to the client now. Throws a `CausewayError` when no more of it is to be read. */
  part(chunk: Buffer): Uint8Array;
  /** The last bytes of a stream that upstream closed in good order; asked for before `outcome`. */
  end?(): Uint8Array;
  /** How a stream ended that upstream closed in good order. */
  readonly outcome: RelayOutcome;
  /** The last bytes for the client of a stream that breaks off. */
  broken(error: CausewayError): Uint8Array;
  /** Tells a client that the stream is alive; sent between events. */
  readonly ping: Uint8Array;
}
