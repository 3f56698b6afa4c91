/** A request whose answer nobody watches: its text as a whole, and what it took. */
import type { Usage } from '../../protocol/content.ts';
import { fromErrorInfo, stoppedByUser } from '../errors.ts';
import { noUsage } from './prices.ts';
import type { Provider, ProviderRequest } from './provider.ts';

/** Throws the error of the provider, and `stopped`. */
export async function oneAnswer(
  provider: Pick<Provider, 'stream'>,
  request: ProviderRequest,
  signal: AbortSignal,
): Promise<{ text: string; usage: Usage }> {
  let text = '';
  let usage = noUsage;
  for await (const event of provider.stream(request, signal)) {
    switch (event.type) {
      case 'text':
        text += event.text;
        break;
      case 'usage':
      case 'stop':
        usage = event.usage;
        break;
      case 'error':
        throw fromErrorInfo(event.error);
      case 'aborted':
        throw stoppedByUser();
      case 'start':
      case 'thinking':
      case 'thinking_signature':
      case 'redacted_thinking':
      case 'citation':
      case 'tool_use':
      case 'retrying':
        break;
      default:
        event satisfies never;
    }
  }
  return { text, usage };
}
