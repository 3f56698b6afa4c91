/** Texts of others stand in tags whose closing form is broken up inside, so that they stay data. Pure. */

export const escapeAttribute = (value: string): string =>
  value.replace(/[&"<>\r\n]/g, (char) => `&#${char.charCodeAt(0)};`);

/** Breaks up whatever reads like the tag's end, so that a text cannot end its own quotation. */
export const withoutEnd = (tag: string, text: string): string =>
  text.replace(new RegExp(`<(\\s*)/(?=\\s*${tag})`, 'gi'), '<$1\\/');
