/** The panel's end of the wire. Every request is answered, refused, or rejected when the host answers rubbish. */
import { type ErrorInfo, errorInfo } from '../src/protocol/errors.ts';
import {
  type HostMessage,
  hostToPanel,
  type PanelMethod,
  type PanelParams,
  type PanelResult,
  panelRequests,
} from '../src/protocol/panel.ts';

/** What VS Code gives a webview to speak with its extension. */
export interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

export class RequestFailed extends Error {
  readonly info: ErrorInfo;

  constructor(info: ErrorInfo) {
    super(info.message);
    this.info = info;
  }
}

const unreadable: ErrorInfo = {
  code: 'unreadable_answer',
  message: 'The extension answered something this panel cannot read. Reload the window.',
  action: 'reload',
};

export class Channel {
  readonly #api: VsCodeApi;
  readonly #onMessage: (message: HostMessage) => void;
  readonly #waiting = new Map<
    number,
    { resolve: (result: unknown) => void; reject: (error: RequestFailed) => void }
  >();
  #nextId = 1;

  constructor(api: VsCodeApi, onMessage: (message: HostMessage) => void) {
    this.#api = api;
    this.#onMessage = onMessage;
    window.addEventListener('message', (event) => this.#receive(event.data));
  }

  /** Rejects with `RequestFailed`. */
  async request<M extends PanelMethod>(method: M, params: PanelParams<M>): Promise<PanelResult<M>> {
    const result = await new Promise<unknown>((resolve, reject) => {
      const id = this.#nextId++;
      this.#waiting.set(id, { resolve, reject });
      this.#api.postMessage({ type: 'request', id, method, params });
    });
    const parsed = panelRequests[method].result.safeParse(result ?? null);
    if (!parsed.success) throw new RequestFailed(unreadable);
    return parsed.data as PanelResult<M>;
  }

  #receive(raw: unknown): void {
    const parsed = hostToPanel.safeParse(raw);
    if (!parsed.success) return;
    const message = parsed.data;
    if (message.type === 'resolved') {
      this.#waiting.get(message.id)?.resolve(message.result);
      this.#waiting.delete(message.id);
    } else if (message.type === 'rejected') {
      this.#waiting.get(message.id)?.reject(new RequestFailed(errorInfo.parse(message.error)));
      this.#waiting.delete(message.id);
    } else {
      this.#onMessage(message);
    }
  }
}
