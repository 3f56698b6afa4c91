/** The strict subset of HTML that an answer may become. */
import createPurifier from 'dompurify';

const allowedTags = [
  ...['p', 'br', 'hr', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'blockquote', 'ul', 'ol', 'li', 'pre', 'code'],
  ...['em', 'strong', 's', 'a', 'img', 'table', 'thead', 'tbody', 'tr', 'th', 'td'],
];

/** `style` is not among them; the alignment of columns is a class. */
const allowedAttributes = ['href', 'src', 'alt', 'title', 'start', 'class'];

let purifier: ReturnType<typeof createPurifier> | undefined;

/** Parsed apart from the page, so that nothing in it loads or runs, and cut to the subset. */
export function sanitize(html: string): DocumentFragment {
  purifier ??= createPurifier(window);
  return purifier.sanitize(html, {
    ALLOWED_TAGS: allowedTags,
    ALLOWED_ATTR: allowedAttributes,
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
    RETURN_DOM_FRAGMENT: true,
  });
}
