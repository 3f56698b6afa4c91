/** What happened beside the text: thinking and tool calls. One line each, which opens. */
import type { ToolResultBlock, ToolUseBlock } from '../../src/protocol/content.ts';
import { t } from '../l10n.ts';
import { toolCount, toolWords } from '../toolWords.ts';
import { Icon } from './controls.tsx';

export function Thinking({ text, growing }: { text: string; growing: boolean }) {
  return (
    <details class="step">
      <summary>
        <Icon name={growing ? 'loading codicon-modifier-spin' : 'lightbulb'} />
        {growing ? t('thinking') : t('thought')}
      </summary>
      <div class="step-body typed">{text}</div>
    </details>
  );
}

const resultText = (result: ToolResultBlock): string =>
  result.content.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('\n');

export function ToolCall(props: {
  call: ToolUseBlock;
  result: ToolResultBlock | undefined;
  waiting: boolean;
}) {
  const { call, result } = props;
  const { words, about } = toolWords(call);
  const said = result && resultText(result);
  const count = said && toolCount(said);
  const icon = result?.is_error
    ? 'error'
    : !result && props.waiting
      ? 'loading codicon-modifier-spin'
      : 'tools';
  return (
    <details class="step">
      <summary>
        <Icon name={icon} />
        <span class="step-words">
          {words}
          {about && ` ${about}`}
          {result?.is_error && <span class="faint">{` · ${t('toolFailed')}`}</span>}
        </span>
        {/* How much came of it is seen even where the line is cut. */}
        {count && <span class="step-count">{`— ${count}`}</span>}
      </summary>
      <div class="step-body">
        <pre class="typed">{JSON.stringify(call.input, null, 2)}</pre>
        {said && <pre class="typed">{said}</pre>}
      </div>
    </details>
  );
}
