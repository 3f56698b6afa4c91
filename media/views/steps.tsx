/** What happened beside the text: thinking and tool calls. One line each, which opens. */
import type { ToolResultBlock, ToolUseBlock } from '../../src/protocol/content.ts';
import { t } from '../l10n.ts';
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

const longest = 80;

/** The first value of the input that says something, as a hint of what the call was about. */
function hint(input: ToolUseBlock['input']): string {
  const value = Object.values(input).find((part) => typeof part === 'string' && part !== '');
  if (typeof value !== 'string') return '';
  const line = value.split('\n', 1)[0] ?? '';
  return line.length > longest ? `${line.slice(0, longest)}…` : line;
}

const resultText = (result: ToolResultBlock): string =>
  result.content.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('\n');

export function ToolCall(props: {
  call: ToolUseBlock;
  result: ToolResultBlock | undefined;
  waiting: boolean;
}) {
  const { call, result } = props;
  const about = hint(call.input);
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
          {t('toolCall', call.name)}
          {about && <span class="faint">{` “${about}”`}</span>}
          {result?.is_error && <span class="faint">{` · ${t('toolFailed')}`}</span>}
        </span>
      </summary>
      <div class="step-body">
        <pre class="typed">{JSON.stringify(call.input, null, 2)}</pre>
        {result && <pre class="typed">{resultText(result)}</pre>}
      </div>
    </details>
  );
}
