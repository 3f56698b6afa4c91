/** The text of an answer from which something is made: a half one, or none, must not take the place of what is there. */
import {
  answerCutOff,
  answerDeclined,
  answerEmpty,
  fromErrorInfo,
  stoppedByUser,
} from '../../core/errors.ts';
import { plainText } from '../../protocol/content.ts';
import type { AssistantEntry } from '../../protocol/entries.ts';

/** Throws `stopped`, the error of the turn, `answer_cut_off`, `answer_declined` and `answer_empty`. */
export function completeText(entry: AssistantEntry): string {
  if (entry.error) throw fromErrorInfo(entry.error);
  if (entry.outcome !== 'done') throw stoppedByUser();
  switch (entry.stopReason) {
    case 'max_tokens':
    case 'model_context_window_exceeded':
    case 'pause_turn':
    case 'tool_use':
      throw answerCutOff();
    case 'refusal':
      throw answerDeclined();
    case 'end_turn':
    case 'stop_sequence':
    case undefined:
      break;
    default:
      entry.stopReason satisfies never;
  }
  const text = plainText(entry.content);
  if (text.trim() === '') throw answerEmpty();
  return text;
}
