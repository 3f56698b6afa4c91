import { z } from 'zod';

/** Tools as a request has them, read again from text. */
export const toolDefinitions = z.array(
  z.object({
    name: z.string(),
    description: z.string(),
    inputSchema: z.record(z.string(), z.unknown()),
    native: z.literal('memory').exactOptional(),
    more: z.record(z.string(), z.unknown()).exactOptional(),
  }),
);
