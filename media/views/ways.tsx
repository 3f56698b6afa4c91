/** Where an input was edited or an answer was asked for again: the other branches, one step to each side. */
import type { Fork, Way } from '../../src/protocol/forks.ts';
import { t } from '../l10n.ts';
import { useApp } from './context.ts';
import { Icon } from './controls.tsx';

/** The inputs at a place that say something else than each other. */
export function InputWays({ entryId }: { entryId: string }) {
  const fork = useApp().panel.forks.value.get(entryId);
  if (!fork) return null;
  const inputs = [...new Set(fork.ways.map(({ input }) => input))];
  // Of an input that was retried, the answer that was shown last.
  const lastOf = inputs.flatMap((input) => newest(fork.ways.filter((way) => way.input === input)) ?? []);
  const shown = fork.ways.find((way) => way.entryId === entryId)?.input ?? 0;
  return <Ways of="input" fork={fork} at={inputs.indexOf(shown)} targets={lastOf} />;
}

/** The answers that one input was given. */
export function AnswerWays({ inputId }: { inputId: string }) {
  const fork = useApp().panel.forks.value.get(inputId);
  const shown = fork?.ways.find((way) => way.entryId === inputId);
  if (!fork || !shown) return null;
  const targets = fork.ways.filter(({ input }) => input === shown.input);
  return <Ways of="answer" fork={fork} at={targets.indexOf(shown)} targets={targets} />;
}

const newest = (ways: readonly Way[]): Way | undefined =>
  ways.reduce<Way | undefined>((last, way) => (last && last.leafSeq > way.leafSeq ? last : way), undefined);

const words = {
  input: { group: 'inputWays', back: 'earlierInput', on: 'laterInput' },
  answer: { group: 'answerWays', back: 'earlierAnswer', on: 'laterAnswer' },
} as const;

function Ways(props: { of: 'input' | 'answer'; fork: Fork; at: number; targets: readonly Way[] }) {
  const { of, at, targets } = props;
  if (targets.length < 2) return null;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields of a form
    <span class="ways" role="group" aria-label={t(words[of].group, at + 1, targets.length)}>
      <Step {...props} step="back" to={targets[at - 1]} />
      <span aria-hidden="true">{`${at + 1}/${targets.length}`}</span>
      <Step {...props} step="on" to={targets[at + 1]} />
    </span>
  );
}

function Step({
  of,
  fork,
  at,
  targets,
  step,
  to,
}: Parameters<typeof Ways>[0] & { step: 'back' | 'on'; to: Way | undefined }) {
  const { panel, acts } = useApp();
  const label = t(words[of][step]);
  const button = (entryId: string) => `${of}-${step}-${entryId}`;
  const go = async () => {
    if (!to) return;
    await acts.goToWay(fork, to.entryId, button);
    const now = at + (step === 'on' ? 2 : 0);
    if (panel.forks.value.get(to.entryId)) panel.say(t(words[of].group, now, targets.length));
  };
  return (
    <button
      type="button"
      id={button(fork.entryId)}
      class="icon-button"
      title={label}
      aria-label={label}
      // Where there is no further one it keeps the focus, which a disabled button would lose.
      aria-disabled={to === undefined}
      onClick={() => void go()}
    >
      <Icon name={step === 'back' ? 'chevron-left' : 'chevron-right'} />
    </button>
  );
}
