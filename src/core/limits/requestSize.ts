/** What of a relayed request decides how much it can cost, looked up in its bytes without reading it as JSON. */

/**
 * Words of Anthropic's wire after which a request can take more tokens than it has bytes: what they name lies with the
 * provider or elsewhere. Where one stands in what was said, the call is held to be dearer than it is, never cheaper.
 */
const open = [
  '"url"',
  '"file_id"',
  '"file"',
  '"document"',
  '"container"',
  '"thread"',
  '"mcp_servers"',
  '"skills"',
  '"web_search',
  '"web_fetch',
  '"code_execution',
  '"tool_search',
  '"advisor',
];

/** Bytes that can be searched, as Node's buffers can. */
interface Searchable {
  readonly length: number;
  includes(text: string): boolean;
  indexOf(text: string, from?: number): number;
}

export interface RequestSize {
  bytes: number;
  open: boolean;
  pictures: number;
}

export function requestSize(body: Searchable): RequestSize {
  let pictures = 0;
  for (let at = body.indexOf('"image"'); at >= 0; at = body.indexOf('"image"', at + 1)) pictures++;
  return { bytes: body.length, open: open.some((word) => body.includes(word)), pictures };
}
