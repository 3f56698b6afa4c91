/** A sanitised fragment as elements of the panel: each tag named here, all others dropped but for their text. */
import { type ComponentChildren, h } from 'preact';
import { citationMark } from '../../src/protocol/citationMarks.ts';
import type { Citation } from '../../src/protocol/content.ts';
import { CodeBlock } from '../code/codeBlock.tsx';
import { t } from '../l10n.ts';
import { CitationMark } from '../views/citation.tsx';
import { Link } from '../views/link.tsx';
import { linkTarget, pictureSource } from './links.ts';

export interface Setting {
  citations: readonly Citation[];
  /** The last code block still grows. */
  growing: boolean;
}

/** Headings of an answer stand below the heading of its article. */
const plain: Readonly<Record<string, string>> = {
  P: 'p',
  BR: 'br',
  HR: 'hr',
  H1: 'h3',
  H2: 'h4',
  H3: 'h5',
  H4: 'h6',
  H5: 'h6',
  H6: 'h6',
  BLOCKQUOTE: 'blockquote',
  UL: 'ul',
  LI: 'li',
  CODE: 'code',
  EM: 'em',
  STRONG: 'strong',
  S: 's',
  THEAD: 'thead',
  TBODY: 'tbody',
  TR: 'tr',
};

export function nodesOf(parent: Node, setting: Setting): ComponentChildren[] {
  return [...parent.childNodes].map((node, index) => nodeOf(node, setting, index));
}

function nodeOf(node: Node, setting: Setting, key: number): ComponentChildren {
  if (node instanceof Text) return withMarks(node.data, setting);
  if (!(node instanceof Element)) return null;
  const children = () => nodesOf(node, setting);
  switch (node.tagName) {
    case 'A':
      return link(node, children(), key);
    case 'IMG':
      return image(node, key);
    case 'OL':
      return (
        <ol key={key} start={Number(node.getAttribute('start') ?? 1)}>
          {children()}
        </ol>
      );
    case 'TABLE':
      return (
        // A table wider than the panel is scrolled, by keys too.
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys
        <section key={key} class="table" tabIndex={0} aria-label={t('table')}>
          <table>{children()}</table>
        </section>
      );
    case 'PRE': {
      const code = node.querySelector('code') ?? node;
      const language = /language-(\S+)/.exec(code.className)?.[1] ?? '';
      return (
        <CodeBlock key={key} code={code.textContent ?? ''} language={language} growing={setting.growing} />
      );
    }
    case 'TH':
    case 'TD':
      return h(node.tagName.toLowerCase(), { key, class: side(node) }, children());
    case 'CODE':
      return node.classList.contains('formula') ? (
        <code key={key} class={node.classList.contains('whole') ? 'formula whole' : 'formula'}>
          {node.textContent}
        </code>
      ) : (
        <code key={key}>{node.textContent}</code>
      );
    default: {
      const tag = plain[node.tagName];
      return tag ? h(tag, { key }, children()) : children();
    }
  }
}

const side = (cell: Element): string | undefined =>
  ['right', 'center'].find((name) => cell.classList.contains(name));

function link(node: Element, children: ComponentChildren[], key: number): ComponentChildren {
  const url = linkTarget(node.getAttribute('href') ?? '');
  return url ? (
    <Link key={key} url={url}>
      {children}
    </Link>
  ) : (
    children
  );
}

function image(node: Element, key: number): ComponentChildren {
  const source = node.getAttribute('src') ?? '';
  const words = node.getAttribute('alt') ?? '';
  const own = pictureSource(source);
  if (own) return <img key={key} src={own} alt={words} />;
  const url = linkTarget(source);
  return url ? (
    <Link key={key} url={url}>
      {t('image', words || url)}
    </Link>
  ) : (
    words
  );
}

/** ① to ⑳ of text that has citations are those citations. */
function withMarks(text: string, { citations }: Setting): ComponentChildren {
  if (citations.length === 0) return text;
  return text.split(/([\u2460-\u2473])/).map((part) => {
    const citation = citations.find(({ index }) => citationMark(index) === part);
    return citation ? <CitationMark citation={citation} short /> : part;
  });
}
