/** A block of code: its language, what can be done with it, and its lines, of which many are folded. */
import { memo } from 'preact/compat';
import { useEffect, useRef, useState } from 'preact/hooks';
import { t } from '../l10n.ts';
import { useApp } from '../views/context.ts';
import { IconButton } from '../views/controls.tsx';
import { BlockHighlighter, type Line, prepare } from './highlight.ts';

/** Lines shown of a longer block until the reader asks for all. */
const shown = 30;
/** Folding saves nothing for a block that is hardly longer than what is shown. */
const foldedFrom = 40;
/** Lines drawn as one part, so that growing code changes its last part only. */
const partLines = 50;

export function CodeBlock(props: { code: string; language: string; growing: boolean }) {
  const { panel, acts } = useApp();
  const [language = '', path] = props.language.split(/:(.*)/);
  const code = props.code.replace(/\n$/, '');
  const count = code.split('\n').length;
  // What was watched as it grew stays open: folding it would move what is being read.
  const [open, setOpen] = useState(props.growing);
  const folded = !open && count > foldedFrom;
  const coloured = useColours(props.code, language, props.growing);
  const name = language || t('plainText');
  const applied = { code, languageId: language.toLowerCase(), ...(path ? { path } : {}) };
  return (
    <section class="code-block" aria-label={t('codeBlock', name)} tabIndex={-1}>
      <div class="code-head">
        <span class="code-language">{path ? `${name} · ${path}` : name}</span>
        <IconButton icon="copy" label={t('copy')} onClick={() => void acts.copy(code)} />
        <IconButton
          icon="insert"
          label={t('insertTip')}
          onClick={() => void panel.ask('insertAtCursor', { text: code })}
        />
        <IconButton icon="diff" label={t('applyTip')} onClick={() => void panel.ask('applyEdit', applied)} />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys */}
      <pre tabIndex={0}>
        <code>
          <Lines code={code} lines={coloured} most={folded ? shown : Number.POSITIVE_INFINITY} />
        </code>
      </pre>
      {folded && (
        <button type="button" class="fold" onClick={() => setOpen(true)}>
          {t('showAll', count)}
        </button>
      )}
    </section>
  );
}

/** Colours of the lines so far, drawn again when the grammar has come. */
function useColours(code: string, language: string, growing: boolean): readonly Line[] {
  const highlighter = useRef<BlockHighlighter>(null);
  highlighter.current ??= new BlockHighlighter();
  const [, setReady] = useState('');
  useEffect(() => {
    let here = true;
    prepare(language).then(
      (name) => here && name && setReady(name),
      // Without its grammar the code stays plain, which loses nothing.
      (error: unknown) => console.warn('No colours for', language, error),
    );
    return () => {
      here = false;
    };
  }, [language]);
  return highlighter.current.lines(code, language, growing) ?? [];
}

function Lines({ code, lines, most }: { code: string; lines: readonly Line[]; most: number }) {
  const ready = Math.min(lines.length, most);
  const parts = [];
  for (let from = 0; from < ready; from += partLines) {
    const part = lines.slice(from, Math.min(from + partLines, ready));
    parts.push(<Part key={from} lines={part} />);
  }
  const rest = ready < most ? code.split('\n').slice(ready, most).join('\n') : '';
  return (
    <>
      {parts}
      {rest}
    </>
  );
}

const Part = memo(
  ({ lines }: { lines: readonly Line[] }) => (
    <>
      {lines.map((line, index) => (
        <span key={index}>
          {line.map(({ text, kind }, at) =>
            kind ? (
              <span key={at} class={kind}>
                {text}
              </span>
            ) : (
              text
            ),
          )}
          {'\n'}
        </span>
      ))}
    </>
  ),
  (a, b) => a.lines.length === b.lines.length && a.lines.every((line, index) => line === b.lines[index]),
);
