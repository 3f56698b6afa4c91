/** An answer's Markdown. While it grows, finished blocks are neither parsed nor drawn again. */
import { memo } from 'preact/compat';
import { useRef } from 'preact/hooks';
import type { Citation } from '../../src/protocol/content.ts';
import { noBlocks, splitBlocks } from './blocks.ts';
import { nodesOf } from './nodes.tsx';
import { parser } from './parser.ts';
import { sanitize } from './sanitize.ts';

const noCitations: readonly Citation[] = [];

export function Markdown(props: {
  text: string;
  growing: boolean;
  citations?: readonly Citation[] | undefined;
}) {
  const blocks = useRef(noBlocks);
  blocks.current = splitBlocks(props.text, blocks.current);
  const { sources } = blocks.current;
  return (
    <div class="markdown">
      {sources.map((source, index) => (
        <Block
          key={index}
          source={source}
          growing={props.growing && index === sources.length - 1}
          citations={props.citations ?? noCitations}
        />
      ))}
    </div>
  );
}

const Block = memo((props: { source: string; growing: boolean; citations: readonly Citation[] }) => (
  <>{nodesOf(sanitize(parser.render(props.source)), props)}</>
));
