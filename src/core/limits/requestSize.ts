/** What of a relayed request decides how much it can cost, looked up in its bytes without reading it as JSON. */

/**
 * Words of Anthropic's wire after which a request can take more tokens than it has bytes: what they name lies with the
 * provider or elsewhere. Where one stands in what was said, the call is held to be dearer than it is, never cheaper.
 */
const open =
  'url"|file_id"|file"|document"|container"|thread"|mcp_servers"|skills"|web_search|web_fetch|code_execution|tool_search|advisor';

/** All words in one pass: a prompt of code or JSON is full of quotes, at each of which every word would be tried. */
const words = new RegExp(`"(?:(image")|${open})`, 'g');

/** Bytes as Node's buffers have them. */
interface Readable {
  readonly length: number;
  toString(encoding: 'latin1'): string;
}

export interface RequestSize {
  bytes: number;
  open: boolean;
  pictures: number;
}

export function requestSize(body: Readable): RequestSize {
  let pictures = 0;
  let isOpen = false;
  // A byte is a character then, whatever was said.
  for (const [, picture] of body.toString('latin1').matchAll(words)) {
    if (picture === undefined) isOpen = true;
    else pictures++;
  }
  return { bytes: body.length, open: isOpen, pictures };
}
