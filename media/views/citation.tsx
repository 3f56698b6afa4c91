import { useState } from 'preact/hooks';
import { citationMark } from '../../src/protocol/citationMarks.ts';
import type { Citation } from '../../src/protocol/content.ts';
import { t } from '../l10n.ts';
import { useApp } from './context.ts';

/** ① to ⑳, then (21) and on. */
const mark = (index: number): string => citationMark(index) ?? `(${index})`;

const place = ({ path, startLine, endLine }: Citation): string =>
  `${path}:${startLine === endLine ? startLine : `${startLine}–${endLine}`}`;

/** A place in a file: the pointer shows its lines, a click opens it. */
export function CitationMark({ citation, short }: { citation: Citation; short?: boolean }) {
  const { panel } = useApp();
  const [missing, setMissing] = useState(false);
  const open = async () => {
    const answer = await panel.ask('openCitation', { citation });
    setMissing(answer?.found === false);
    if (answer?.found === false) panel.say(t('notFoundCitation'));
  };
  return (
    <>
      <button
        type="button"
        class={short ? 'citation short' : 'citation'}
        title={`${place(citation)}\n\n${citation.quote}`}
        aria-label={place(citation)}
        onClick={() => void open()}
      >
        {mark(citation.index)}
        {short ? null : <span class="place">{place(citation)}</span>}
      </button>
      {missing && <span class="faint"> {t('notFoundCitation')}</span>}
    </>
  );
}

/** The places an answer quotes, where its text has no marks for them. */
export const Citations = ({ citations }: { citations: readonly Citation[] }) => (
  <p class="citations">
    {citations.map((citation) => (
      <CitationMark key={citation.index} citation={citation} />
    ))}
  </p>
);
