import type { HostMessage } from '../../protocol/panel.ts';
import type { App } from '../app.ts';

type Place = Extract<HostMessage, { type: 'navigate' }>['to'];

/** Shows the panel and moves the focus within it. */
export async function navigate({ panel }: App, to: Place): Promise<void> {
  const host = await panel.reveal();
  host.push({ type: 'navigate', to });
}
