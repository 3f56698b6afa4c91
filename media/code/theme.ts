/**
 * The kinds of token, as classes. The colours are those VS Code gives each theme for its symbols and its
 * debugger's values, which are the only colours of code that a webview is told; the style sheet maps them.
 */
import type { ThemeRegistrationRaw } from 'shiki/core';

/** A token's colour is a name here and becomes the class `code-name`; no colour is ever written. */
const kinds: Readonly<Record<string, string[]>> = {
  comment: ['comment', 'punctuation.definition.comment'],
  string: ['string', 'markup.inline.raw', 'constant.other.symbol'],
  number: ['constant.numeric', 'constant.language', 'constant.character.escape', 'keyword.other.unit'],
  keyword: ['keyword', 'storage', 'keyword.operator.new', 'variable.language', 'entity.name.tag'],
  function: ['entity.name.function', 'support.function', 'meta.function-call entity.name.function'],
  type: [
    'entity.name.type',
    'entity.name.class',
    'support.type',
    'support.class',
    'entity.other.inherited-class',
  ],
  inserted: ['markup.inserted'],
  deleted: ['markup.deleted'],
  heading: ['markup.heading', 'meta.diff.range'],
  plain: ['keyword.operator', 'storage.type.function.arrow'],
};

// The highlighter takes colours as hexadecimal numbers, so each kind has a number that stands for it.
const code = (index: number) => `#0000${(index + 1).toString(16).padStart(2, '0')}`;
const names = Object.keys(kinds);
const classByColour = new Map(names.map((name, index) => [code(index).toUpperCase(), `code-${name}`]));

export const theme: ThemeRegistrationRaw = {
  name: 'kinds',
  type: 'dark',
  fg: '#000000',
  bg: '#000000',
  settings: [
    { settings: { foreground: '#000000', background: '#000000' } },
    ...names.map((name, index) => ({ scope: kinds[name] ?? [], settings: { foreground: code(index) } })),
  ],
};

/** The class of a token, or none for plain text. */
export function classOf(colour: string | undefined): string | undefined {
  const name = colour === undefined ? undefined : classByColour.get(colour.toUpperCase());
  return name === 'code-plain' ? undefined : name;
}
