/** Rules of cache breakpoints; source: https://platform.claude.com/docs/en/build-with-claude/prompt-caching. */
import { refuse } from './errors.ts';
import type { MessagesBody } from './requestShape.ts';
import { blocksOf } from './shapes.ts';

type Control = { type: 'ephemeral'; ttl?: '5m' | '1h' | undefined };

const most = 4;

/** Throws `ApiFailure` for too many breakpoints, and for an hour's entry behind one of five minutes. */
export function checkBreakpoints(request: MessagesBody): void {
  const explicit = controlsOf(request);
  const auto = request.cache_control;
  const atEnd = lastBlock(request)?.cache_control;
  if (auto && atEnd && ttlOf(auto) !== ttlOf(atEnd))
    refuse(
      'cache_control: the last block already has a cache_control with a different ttl than the top-level cache_control.',
    );
  const controls = auto && !atEnd ? [...explicit, auto] : explicit;
  if (controls.length > most)
    refuse(`A maximum of ${most} blocks with cache_control may be provided. Found ${controls.length}.`);
  const firstShort = controls.findIndex((control) => ttlOf(control) === '5m');
  if (firstShort >= 0 && controls.slice(firstShort).some((control) => ttlOf(control) === '1h'))
    refuse(
      'cache_control.ttl: a ttl="1h" cache_control block must not come after a ttl="5m" cache_control block. Note that blocks are processed in the following order: `tools`, `system`, `messages`.',
    );
}

export const ttlOf = (control: Control): '5m' | '1h' => control.ttl ?? '5m';

/** Every breakpoint of the request in wire order, also those within a tool's result. */
function controlsOf(request: MessagesBody): Control[] {
  const found: Control[] = [];
  const add = (part: { cache_control?: Control | null | undefined } | object) => {
    if ('cache_control' in part && part.cache_control) found.push(part.cache_control);
  };
  for (const tool of request.tools ?? []) add(tool);
  if (Array.isArray(request.system)) for (const part of request.system) add(part);
  for (const { content } of request.messages)
    for (const part of blocksOf(content)) {
      if (part.type === 'tool_result' && Array.isArray(part.content))
        for (const inner of part.content) add(inner);
      add(part);
    }
  return found;
}

function lastBlock(request: MessagesBody): { cache_control?: Control | null | undefined } | undefined {
  const last = request.messages.at(-1);
  const block = last ? blocksOf(last.content).at(-1) : undefined;
  return block && 'cache_control' in block ? block : undefined;
}
