/** Markdown to HTML. Formulas are shown as they are written; there is no renderer for them. */
import MarkdownIt from 'markdown-it';
import { linkTarget, pictureSource } from './links.ts';

/** HTML in an answer stays text, and only what is written as a link is one. */
export const parser = new MarkdownIt({ html: false, linkify: false, breaks: false });

// An address that is refused leaves the Markdown as it was written; a picture from elsewhere becomes a link.
parser.validateLink = (url) => linkTarget(url) !== undefined || pictureSource(url) !== undefined;

/** The delimiters of formulas. A dollar sign opens one before a word only, so that prices stay prices. */
const formulas = [
  /\$\$[^$]+\$\$/y,
  /\$(?! )[^$\n]*[^ $\n]\$(?!\d)/y,
  /\\\([\s\S]+?\\\)/y,
  /\\\[[\s\S]+?\\\]/y,
];

parser.inline.ruler.before('escape', 'formula', (state, silent) => {
  const first = state.src[state.pos];
  if (first !== '$' && first !== '\\') return false;
  for (const formula of formulas) {
    formula.lastIndex = state.pos;
    const match = formula.exec(state.src);
    if (!match) continue;
    if (!silent) state.push('formula', 'code', 0).content = match[0];
    state.pos += match[0].length;
    return true;
  }
  return false;
});
parser.renderer.rules.formula = (tokens, index) =>
  `<code class="formula ${/^(?:\$\$|\\\[)/.test(tokens[index]?.content ?? '') ? 'whole' : ''}">${parser.utils.escapeHtml(tokens[index]?.content ?? '')}</code>`;

// The page's policy drops styles, so the alignment of a column is a class.
for (const cell of ['th_open', 'td_open']) {
  parser.renderer.rules[cell] = (tokens, index) => {
    const token = tokens[index];
    const side = /right|center/.exec(String(token?.attrGet('style') ?? ''))?.[0];
    return `<${token?.tag}${side ? ` class="${side}"` : ''}>`;
  };
}

// A block that is meant for one file names its path after the language: `ts src/upload.ts`. The class of a block is
// cut at white space, so the two are joined by a colon.
const fence = parser.renderer.rules.fence;
parser.renderer.rules.fence = (tokens, index, options, env, self) => {
  const token = tokens[index];
  const [, language, path] = /^([\w+#.-]+)\s+([^\s`]+\.[\w-]+)\s*$/.exec(token?.info ?? '') ?? [];
  if (token && language && path) token.info = `${language}:${path}`;
  return fence?.(tokens, index, options, env, self) ?? '';
};
