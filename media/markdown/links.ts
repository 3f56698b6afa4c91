/** Which addresses of an answer become links or pictures. Everything else stays text. Pure. */

/** http and https, absolute, without a user name (it makes one host look like another). */
export function linkTarget(href: string): string | undefined {
  if (!URL.canParse(href)) return undefined;
  const url = new URL(href);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined;
  if (url.username !== '' || url.password !== '' || url.href.length > 8192) return undefined;
  return url.href;
}

const picture = /^data:image\/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/]+={0,2}$/;

/** Pictures that are in the answer itself; nothing is fetched. SVG is left out, for it can carry more. */
export const pictureSource = (source: string): string | undefined =>
  picture.test(source) ? source : undefined;
