/** Where commands and keys lead: turns, answers, code blocks, the input, the list of sessions. */
import type { Panel, Place } from './panel.ts';
import { rowOfEntry } from './rows.ts';
import type { Scroller } from './views/scroller.ts';

export function navigation(panel: Panel, scroller: Scroller): (to: Place) => void {
  return (to) => {
    switch (to) {
      case 'input':
        chat(panel);
        soon(() => document.getElementById('input')?.focus());
        return;
      case 'last_answer':
        chat(panel);
        goToRow(scroller, panel.rows.value.findLast(({ kind }) => kind === 'answer')?.key);
        return;
      case 'next_turn':
        chat(panel);
        goToRow(scroller, turnFrom(panel, scroller, 1));
        return;
      case 'previous_turn':
        chat(panel);
        goToRow(scroller, turnFrom(panel, scroller, -1));
        return;
      case 'next_code':
        goToCode(1);
        return;
      case 'previous_code':
        goToCode(-1);
        return;
      case 'find':
        chat(panel);
        panel.dispatch({ type: 'find', find: panel.state.value.find ?? { query: '', entryIds: [], at: 0 } });
        return;
      case 'history':
      case 'memory':
        panel.dispatch({ type: 'screen', screen: to });
        return;
      case 'context':
        panel.inspect({ kind: 'next' });
        return;
      default:
        to satisfies never;
    }
  };
}

export function showEntry(panel: Panel, scroller: Scroller): Panel['showEntry'] {
  return (entryId, below) => {
    const row = rowOf(panel, entryId);
    if (row) scroller.show(row.key, below);
  };
}

export function placeOf(panel: Panel, scroller: Scroller): Panel['placeOf'] {
  return (entryId) => scroller.placeOf(rowOf(panel, entryId)?.key);
}

const rowOf = (panel: Panel, entryId: string) =>
  rowOfEntry(panel.rows.value, panel.state.value.entries, entryId);

/** Focuses an element that the last change draws, if it does. */
export const focusSoon = (id: string): void => soon(() => document.getElementById(id)?.focus());

function chat(panel: Panel): void {
  if (panel.state.value.screen !== 'chat') panel.dispatch({ type: 'screen', screen: 'chat' });
}

/** From a screen back to the chat, and to the element it was opened from as far as that is there. */
export function backToChat(panel: Panel): void {
  chat(panel);
  const from = panel.openedFrom;
  panel.openedFrom = undefined;
  soon(() => (document.getElementById(from ?? 'input') ?? document.getElementById('input'))?.focus());
}

/** After the drawing that the last change causes. */
const soon = (act: () => void): void => void requestAnimationFrame(() => requestAnimationFrame(act));

function goToRow(scroller: Scroller, key: string | undefined): void {
  if (key === undefined) return;
  soon(() => {
    scroller.show(key);
    soon(() => rowElement(key)?.focus({ preventScroll: true }));
  });
}

/** Id of a row's element. */
export const rowId = (key: string): string => `row ${key}`.replaceAll(' ', '-');

const rowElement = (key: string): HTMLElement | null => document.getElementById(rowId(key));

/** The turn after or before the row that has the focus, or else the row that is being read. */
function turnFrom(panel: Panel, scroller: Scroller, step: 1 | -1): string | undefined {
  const rows = panel.rows.value;
  const focused = document.activeElement?.closest<HTMLElement>('[data-row]')?.dataset.row;
  const key = focused ?? (scroller.reading === 'end' ? undefined : scroller.reading.key);
  const at = key === undefined ? rows.length : rows.findIndex((row) => row.key === key);
  const turns = rows.flatMap((row, index) => (row.kind === 'user' ? [{ key: row.key, index }] : []));
  return step > 0
    ? turns.find(({ index }) => index > at)?.key
    : turns.findLast(({ index }) => index < at)?.key;
}

/** The code block after or before the focus, or else the last or first one that is drawn. */
function goToCode(step: 1 | -1): void {
  const blocks = [...document.querySelectorAll<HTMLElement>('.code-block')];
  const here = document.activeElement?.closest('.transcript') ? document.activeElement : null;
  const own = here?.closest('.code-block') ?? here;
  const follows = (block: Element) =>
    own !== null && (own.compareDocumentPosition(block) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0;
  const target =
    own === null
      ? blocks.at(-1)
      : step > 0
        ? blocks.find((block) => block !== own && follows(block))
        : blocks.findLast((block) => block !== own && !follows(block));
  target?.scrollIntoView({ block: 'nearest' });
  target?.focus({ preventScroll: true });
}
