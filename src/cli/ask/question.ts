/** The question of `causeway ask`, from its arguments and standard input. */
import { emptyInput, invalidInput } from '../../core/errors.ts';
import { maxInputLength } from '../../protocol/turnInput.ts';
import type { Terminal } from '../terminal.ts';

/**
 * Standard input is read only where it is asked for: a program in the background may have one that never ends.
 * Throws `empty_input` and `invalid_input`.
 */
export async function readQuestion(words: readonly string[], { stdin }: Terminal): Promise<string> {
  const wantsInput = words.includes('-') || (words.length === 0 && !stdin.isTTY);
  const asked = words.filter((word) => word !== '-').join(' ');
  const given = wantsInput ? await readAll(stdin) : '';
  const question = [asked, given].filter((part) => part.trim() !== '').join('\n\n');
  if (question === '') throw emptyInput();
  return question;
}

async function readAll(stdin: NodeJS.ReadStream): Promise<string> {
  let text = '';
  for await (const chunk of stdin.setEncoding('utf8')) {
    text += String(chunk);
    if (text.length > maxInputLength)
      throw invalidInput('standard input', `more than ${maxInputLength} characters`, 'a shorter text');
  }
  return text;
}
