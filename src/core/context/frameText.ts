/** A frame as the model reads it. Pure. */
import type { FrameBody } from '../../protocol/entries.ts';
import { chosenReason, chosenText, type Part, type TurnChoices } from './parts.ts';
import { withoutEnd } from './tags.ts';

/** What a frame says, under headings; empty headings are left out. */
export function frameText(body: FrameBody): string {
  const sections: [heading: string, lines: string[]][] = [
    ['Goals, in the words of the user', body.goals],
    ['Decisions', body.decisions.map(({ what, why }) => (why === '' ? what : `${what} (because ${why})`))],
    ['Facts', body.facts],
    ['Names', body.entities.map(({ name, note }) => (note === '' ? name : `${name}: ${note}`))],
    [
      'Files',
      body.files.map(({ path, state, symbols }) =>
        [
          path,
          ...(symbols.length > 0 ? [`(${symbols.join(', ')})`] : []),
          ...(state ? [`– ${state}`] : []),
        ].join(' '),
      ),
    ],
    ['Tried without success', body.failed],
    ['Open steps', body.openSteps],
    ['Preferences', body.preferences],
  ];
  return sections
    .filter(([, lines]) => lines.length > 0)
    .map(([heading, lines]) => [`${heading}:`, ...lines.map((line) => `- ${line}`)].join('\n'))
    .join('\n');
}

export interface SentFrame {
  id: string;
  body: FrameBody;
  /** Turns it stands for. */
  turnCount: number;
}

/** Frames oldest first, as parts. */
export function frameParts(frames: readonly SentFrame[], choices: TurnChoices): Part[] {
  return frames.map(({ id: frameId, body, turnCount }, index) => {
    const id = `frame:${frameId}`;
    const turns = turnCount === 1 ? '1 turn' : `${turnCount} turns`;
    const text = withoutEnd('frame', chosenText(choices, id, frameText(body)).trim());
    return {
      id,
      label: `Frame ${index + 1}: ${turns}`,
      text: `<frame number="${index + 1}" turns="${turnCount}">\n${text}\n</frame>`,
      reason: chosenReason(choices, id, `Stands for ${turns} that are not sent word for word.`),
      entryIds: [frameId],
    };
  });
}
