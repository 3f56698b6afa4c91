import { workspaceNotAllowed, workspaceNotOpen } from '../../core/errors.ts';
import { type Discovery, workspaceHeader } from '../../protocol/bridge.ts';
import type { Exchange, Middleware } from '../exchange.ts';
import type { BridgeResponse } from '../http.ts';

export interface OwnWorkspace {
  id: string;
  name: string;
  /** Absolute paths of its folders. */
  folders: readonly string[];
}

export interface OtherWindows {
  /** Bridges of this user that are written down, this one too. */
  list(): Promise<Discovery[]>;
  pass(exchange: Exchange, to: Discovery): Promise<BridgeResponse>;
}

/** Of a workspace's id or path as an error repeats it, in UTF-16 code units. */
const longestName = 200;

const isAt = (place: { workspaceId: string; folders: readonly string[] }, wanted: string): boolean =>
  place.workspaceId === wanted || place.folders.includes(wanted);

/** Sends a request to the window whose workspace its header or its token names; without either it is for this one. */
export const routeByWorkspace =
  (own: OwnWorkspace, others: OtherWindows): Middleware =>
  (exchange, next) => {
    const { principal, request } = exchange;
    const bound = principal?.kind === 'client' ? principal.client.workspaceId : undefined;
    const wanted = decoded(request.headers.get(workspaceHeader)) ?? bound;
    if (wanted === undefined || isAt({ workspaceId: own.id, folders: own.folders }, wanted)) {
      if (bound !== undefined && bound !== own.id) throw workspaceNotAllowed();
      return next();
    }
    return passOn(exchange, wanted, bound, others);
  };

async function passOn(
  exchange: Exchange,
  wanted: string,
  bound: string | undefined,
  others: OtherWindows,
): Promise<BridgeResponse> {
  const there = (await others.list()).find((one) => isAt(one, wanted));
  if (bound !== undefined && wanted !== bound && bound !== there?.workspaceId) throw workspaceNotAllowed();
  if (!there) throw workspaceNotOpen(wanted.slice(0, longestName));
  exchange.pattern = 'relay';
  return others.pass(exchange, there);
}

/** Paths come percent-encoded, since headers hold only ASCII safely; ids look the same either way. */
function decoded(header: string | undefined): string | undefined {
  if (header === undefined || !header.includes('%')) return header;
  try {
    return decodeURIComponent(header);
  } catch (error) {
    if (error instanceof URIError) return header;
    throw error;
  }
}
