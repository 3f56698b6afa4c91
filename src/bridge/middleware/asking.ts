import { askingClosed, askingUnknown, clientRefused, invalidInput } from '../../core/errors.ts';
import {
  type Asking,
  type AskingRegister,
  type ClientScope,
  clientScopes,
  pendingPrefix,
} from '../../core/register.ts';
import { askBody } from '../../protocol/bridge.ts';
import { BodyReader } from '../body.ts';
import type { Exchange, Middleware } from '../exchange.ts';
import { type BridgeResponse, json } from '../http.ts';
import { parseJson } from '../parse.ts';
import { programAt } from '../peer.ts';
import { checkBodyKind } from './bodyKind.ts';

const askPath = '/v1/clients';
const pollPath = new RegExp(`^${askPath}/(${pendingPrefix}[A-Za-z0-9_-]{43})$`);

/** A name and some scopes; nobody who has shown no token is listened to for longer. */
const bodies = { maxBytes: 4 * 1024, maxBytesAtOnce: 64 * 1024 };

/** A person decides; who polls once a second is told soon enough. In seconds. */
const pollAfter = '1';

/** Where nobody would be shown who asks: refused before a body is read. */
const refuseAsking: Middleware = (exchange, next) => {
  const { path, request } = exchange;
  if (path !== askPath || request.method !== 'POST') return next();
  exchange.pattern = path;
  throw askingClosed();
};

/**
 * Lets a program ask to be let in, which needs no token. It gets nothing but an id to poll with: whether the user is
 * there, whether others ask and what there is are not its business yet. Nothing here can let it in.
 */
export function answerAsking(
  register: AskingRegister | undefined,
  onAsk: (asking: Asking) => void,
): Middleware {
  if (register === undefined) return refuseAsking;
  const reader = new BodyReader(bodies);
  const checkKind = checkBodyKind(bodies.maxBytes);
  const ask = async ({ request }: Exchange): Promise<BridgeResponse> => {
    const { name, scopes } = parseJson(await reader.text(request), askBody);
    const wanted = scopes.map(scopeOf);
    const seen = await programAt(request.peerPort, request.port);
    const { asking, pending } = await register.ask({ name, scopes: wanted, ...seen });
    onAsk(asking);
    return json(202, { pending }, { location: `${askPath}/${pending}`, 'retry-after': pollAfter });
  };
  const poll = async (pending: string): Promise<BridgeResponse> => {
    const answer = await register.poll(pending);
    if (!answer) throw askingUnknown();
    if (answer.state === 'refused') throw clientRefused();
    if (answer.state === 'pending') return json(202, { state: 'pending' }, { 'retry-after': pollAfter });
    const { token, client } = answer;
    return json(200, { state: 'approved', token, scopes: client.scopes });
  };
  return (exchange, next) => {
    const { path, request } = exchange;
    if (path === askPath && request.method === 'POST') {
      exchange.pattern = path;
      return checkKind(exchange, () => ask(exchange));
    }
    const pending = request.method === 'GET' ? pollPath.exec(path)?.[1] : undefined;
    if (pending === undefined) return next();
    exchange.pattern = `${askPath}/{pending}`;
    return poll(pending);
  };
}

function scopeOf(name: string): ClientScope {
  const scope = clientScopes.find((one) => one === name);
  if (!scope) throw invalidInput('scopes', 'another text', `names of ${clientScopes.join(', ')}`);
  return scope;
}
