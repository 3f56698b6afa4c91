/**
 * Token counts without a vocabulary: a last resort for text, and bounds for images and PDFs.
 * Pure, and never more than a few milliseconds of work, because it may run on the host's thread.
 */
import { base64Length, decodeBase64 } from './base64.ts';
import { type ImageSize, imageSize } from './imageSize.ts';

/**
 * Tokens of a text by the kinds of its characters. Against Claude's vocabulary it was between 29% too low (base64,
 * emoji) and 13% too high (plain English) on fifteen kinds of text; source code and Markdown stay within 17%.
 * A quarter of the length, the usual guess, was up to 80% too low on Japanese.
 */
export function estimateTokens(text: string): number {
  let words = 0;
  let capitals = 0;
  let marks = 0;
  let letters = 0;
  let wide = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if ((code >= 0x61 && code <= 0x7a) || code === 0x20) words += 1;
    else if ((code >= 0x41 && code <= 0x5a) || code < 0x20) capitals += 1;
    else if (code < 0x80) marks += 1;
    // Alphabets lie below the CJK blocks; there a character is about a token of its own.
    else if (code < 0x2e80) letters += 1;
    else wide += 1;
  }
  return Math.ceil(words / 4.5 + capitals / 3.2 + marks / 1.6 + letters / 1.8 + wide);
}

/** An image costs a token for each patch of 28 by 28 pixels, after it was scaled to fit both limits. */
const patch = 28;
/** Limits of the models with the larger image tier (Claude 4.7 and later); older ones take about a third. */
const longestEdge = 2576;
const mostImageTokens = 4784;

/**
 * Most tokens an image can cost on any Claude model. An image whose size cannot be read costs the maximum.
 * Source: https://platform.claude.com/docs/en/build-with-claude/vision, read on 2026-11-24.
 */
export function imageTokens(base64: string): number {
  const size = imageSize(base64);
  return size ? patches(size) : mostImageTokens;
}

function patches({ width, height }: ImageSize): number {
  const scale = Math.min(1, longestEdge / Math.max(width, height));
  const columns = Math.ceil((width * scale) / patch);
  const rows = Math.ceil((height * scale) / patch);
  return Math.min(mostImageTokens, columns * rows);
}

/** A page costs 1,500 to 3,000 tokens, its picture included; the upper end keeps the request within its budget. */
const tokensPerPage = 3000;
/** The API takes no more pages in one request. */
const mostPages = 600;
/** Bytes looked at to count pages; a larger file is scaled up from them. */
const sampledBytes = 3_000_000;
/** Where page objects are compressed and cannot be seen, a page of text and figures has rarely less than this. */
const bytesPerHiddenPage = 30_000;

/**
 * An estimate of a PDF's tokens from the page objects that can be seen in it.
 * Source: https://platform.claude.com/docs/en/build-with-claude/pdf-support, read on 2026-11-24.
 */
export function pdfTokens(base64: string): number {
  const bytes = base64Length(base64);
  const sample = decodeBase64(base64, 0, sampledBytes);
  const seen = sample.match(/\/Type\s*\/Page(?![A-Za-z])/g)?.length ?? 0;
  const scaled = seen * Math.max(1, bytes / sampledBytes);
  // The tree of pages says how many it has, and may be readable where the pages themselves are not.
  const counts = [...sample.matchAll(/\/Type\s*\/Pages\b[^>]{0,300}?\/Count\s+(\d{1,5})/g)];
  const stated = Math.max(0, ...counts.map((match) => Number(match[1])));
  const pages = Math.max(scaled, stated) || bytes / bytesPerHiddenPage;
  return Math.min(mostPages, Math.max(1, Math.ceil(pages))) * tokensPerPage;
}
