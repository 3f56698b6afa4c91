/** Standing instructions: those in every request first, then candidates, and what holds no longer folded away. */
import { useState } from 'preact/hooks';
import type { DirectiveView } from '../../src/protocol/memory.ts';
import { moment, quoted } from '../format.ts';
import { t, type Words } from '../l10n.ts';
import { useApp } from './context.ts';
import { Icon, IconButton } from './controls.tsx';
import { AddText, EditText, focusAgain } from './editText.tsx';

const originWords = {
  cue: 'originCue',
  model: 'originModel',
  repetition: 'originRepetition',
  user: 'originUser',
} as const satisfies Record<DirectiveView['origin'], Words>;

/** Characters of one directive, as the wire takes them. */
const longest = 2_000;

const isOld = ({ state, overriddenBy }: DirectiveView): boolean =>
  state === 'removed' || overriddenBy !== undefined;

export function Directives({
  directives,
  readOnly,
}: {
  directives: readonly DirectiveView[];
  readOnly: boolean;
}) {
  const { context } = useApp();
  const ofUser = new Set(
    directives.flatMap(({ scope, directiveId }) => (scope === 'user' ? [directiveId] : [])),
  );
  // One that went to the user's own is not gone from here.
  const old = directives.filter(
    (one) => isOld(one) && (one.scope === 'user' || !ofUser.has(one.directiveId)),
  );
  const now = directives.filter((one) => !isOld(one));
  const confirmed = now.filter(({ state }) => state === 'confirmed');
  const candidates = now.filter(({ state }) => state === 'candidate');
  const textOf = (id: string | undefined) => directives.find(({ directiveId }) => directiveId === id)?.text;
  return (
    <section class="part" aria-labelledby="directives" data-section="directives">
      <h2 id="directives">{t('directives')}</h2>
      {!readOnly && (
        <AddText
          label={t('directiveAdd')}
          hint={t('directiveAddHint')}
          most={longest}
          onAdd={async (text) => (await context.change({ type: 'directive.add', text })) !== undefined}
        />
      )}
      {now.length === 0 && <p class="faint screen-note">{t('directivesNone')}</p>}
      <Group title={t('directivePinned')} directives={confirmed} readOnly={readOnly} />
      <Group title={t('directiveCandidates')} directives={candidates} readOnly={readOnly} />
      {old.length > 0 && (
        <details class="step fold-part">
          <summary>{t('directivesOld', old.length)}</summary>
          <ul>
            {old.map((directive) => (
              <OldDirective
                key={directive.directiveId}
                directive={directive}
                by={textOf(directive.overriddenBy)}
                readOnly={readOnly}
              />
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

function Group(props: { title: string; directives: readonly DirectiveView[]; readOnly: boolean }) {
  if (props.directives.length === 0) return null;
  return (
    <>
      <h3>{props.title}</h3>
      <ul>
        {props.directives.map((directive) => (
          <Directive key={directive.directiveId} directive={directive} readOnly={props.readOnly} />
        ))}
      </ul>
    </>
  );
}

function Directive({ directive, readOnly }: { directive: DirectiveView; readOnly: boolean }) {
  const { context } = useApp();
  const [editing, setEditing] = useState(false);
  const { directiveId, text, state, scope, history, because } = directive;
  const name = quoted(text);
  const editId = `edit-${directiveId}`;
  if (editing) {
    return (
      <li>
        <EditText
          label={t('directiveEdit', name)}
          text={text}
          most={longest}
          onEnd={(changed) => {
            setEditing(false);
            focusAgain(editId);
            if (changed !== undefined && changed !== text) {
              void context.change({ type: 'directive.edit', directiveId, text: changed });
            }
          }}
        />
      </li>
    );
  }
  const earlier = history.at(-1);
  return (
    <li class="line">
      <span class="line-words">
        <span class="typed">{text}</span>
        <span class="faint line-meta">
          {[
            ...(scope === 'user' ? [t('everyWorkspace')] : []),
            t(originWords[directive.origin]),
            moment(directive.at),
          ].join(' · ')}
        </span>
        {because && (
          <span class="faint line-meta">
            {t(state === 'candidate' ? 'directiveDemoted' : 'directiveMerged')}
          </span>
        )}
        {earlier && <span class="faint line-meta">{t('directiveEarlier', quoted(earlier.text))}</span>}
      </span>
      {!readOnly && (
        <span class="line-acts">
          {state === 'candidate' && scope === 'session' && (
            <IconButton
              icon="check"
              label={t('directiveConfirm', name)}
              onClick={() =>
                void context.change({ type: 'directive.state', directiveId, state: 'confirmed' })
              }
            />
          )}
          {scope === 'session' && (
            <>
              <IconButton
                icon="edit"
                id={editId}
                label={t('directiveEdit', name)}
                onClick={() => setEditing(true)}
              />
              <IconButton
                icon="book"
                label={t('directiveToWorkspace', name)}
                onClick={() =>
                  void context.change({ type: 'directive.promote', directiveId, to: 'workspace' })
                }
              />
              <IconButton
                icon="globe"
                label={t('directiveToUser', name)}
                onClick={() => void context.change({ type: 'directive.promote', directiveId, to: 'user' })}
              />
            </>
          )}
          <IconButton
            icon="trash"
            label={t('directiveRemove', name)}
            onClick={() => void context.removeDirective(directive)}
          />
        </span>
      )}
    </li>
  );
}

function OldDirective(props: { directive: DirectiveView; by: string | undefined; readOnly: boolean }) {
  const { context } = useApp();
  const { directiveId, text, state, scope } = props.directive;
  return (
    <li class="line">
      <Icon name={state === 'removed' ? 'trash' : 'arrow-swap'} />
      <span class="line-words">
        <span class="typed">{text}</span>
        <span class="faint line-meta">
          {state === 'removed'
            ? t('directiveRemovedState')
            : t('directiveOverridden', quoted(props.by ?? ''))}
        </span>
      </span>
      {!props.readOnly && state === 'removed' && (
        <span class="line-acts">
          <IconButton
            icon="discard"
            label={t('directiveRestore', quoted(text))}
            onClick={() => void context.change({ type: 'directive.state', directiveId, state: 'confirmed' })}
          />
        </span>
      )}
      {!props.readOnly && scope === 'user' && (
        <span class="line-acts">
          <IconButton
            icon="trash"
            label={t('directiveRemove', quoted(text))}
            onClick={() => void context.removeDirective(props.directive)}
          />
        </span>
      )}
    </li>
  );
}
