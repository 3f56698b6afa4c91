/**
 * A reading of server-sent events by the letter of the standard, apart from the product's own parser, that is
 * strict where the standard is lenient: what a sender should never send is an error.
 * https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
 */
export interface StrictEvent {
  type: string;
  data: string;
  lastEventId: string;
}

/** All events of a stream that has ended. Throws when it is no UTF-8 or breaks the grammar. */
export function strictEvents(bytes: Uint8Array): StrictEvent[] {
  const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes);
  if (text !== '' && !text.endsWith('\n\n')) throw new Error('The stream ends within an event.');
  const events: StrictEvent[] = [];
  let data = '';
  let type = '';
  let lastEventId = '';
  for (const line of text.split(/\r\n|\n|\r/)) {
    if (line === '') {
      // A last line feed of the data is taken off; an event without data is none.
      if (data !== '') events.push({ type: type || 'message', data: data.slice(0, -1), lastEventId });
      else if (type !== '') throw new Error(`An event without data: ${type}.`);
      data = '';
      type = '';
      continue;
    }
    if (line.startsWith(':')) continue;
    const { name, value } = fieldOf(line);
    switch (name) {
      case 'event':
        if (type !== '') throw new Error(`Two names for one event: ${type}, ${value}.`);
        type = value;
        break;
      case 'data':
        data += `${value}\n`;
        break;
      case 'id':
        if (value.includes('\0')) throw new Error('An id with a NUL in it.');
        lastEventId = value;
        break;
      case 'retry':
        if (!/^\d+$/.test(value)) throw new Error(`A time that is none: ${value}.`);
        break;
      default:
        throw new Error(`A field that the standard does not know: ${name}.`);
    }
  }
  return events;
}

function fieldOf(line: string): { name: string; value: string } {
  const colon = line.indexOf(':');
  if (colon < 0) return { name: line, value: '' };
  const value = line.slice(colon + 1);
  return { name: line.slice(0, colon), value: value.startsWith(' ') ? value.slice(1) : value };
}
