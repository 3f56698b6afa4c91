/** What a client is told when a resource cannot be read. */
import { ResourceNotFoundError } from '@modelcontextprotocol/server';
import { CausewayError, unexpected } from '../../core/errors.ts';
import type { Log } from '../../core/ports.ts';

const missing = new Set(['not_found', 'file_missing', 'path_refused', 'file_stays_out']);

/** Reads a resource. What nobody expected is in the log, and the client hears no more than that something failed. */
export type ReadResource = <T>(uri: URL, read: () => Promise<T>) => Promise<T>;

/**
 * What may not be read is as what is not there, by the code that the protocol has for it, and with our own words.
 * Source: https://modelcontextprotocol.io/specification/2025-11-25/server/resources#error-handling.
 */
export const resourceReader =
  (log: Log): ReadResource =>
  async (uri, read) => {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof CausewayError)) {
        log.error('A resource of MCP could not be read, in an unexpected way.', error);
        throw unexpected(error);
      }
      const words = `${error.message} (${error.code})`;
      throw missing.has(error.code) ? new ResourceNotFoundError(uri.href, words) : error;
    }
  };
