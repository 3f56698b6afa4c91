import type { ComponentChildren } from 'preact';

/** A codicon; it says nothing to screen readers, its button does. */
export const Icon = ({ name }: { name: string }) => (
  <span class={`codicon codicon-${name}`} aria-hidden="true" />
);

export function IconButton(props: {
  icon: string;
  label: string;
  onClick: (event: MouseEvent) => void;
  pressed?: boolean;
  disabled?: boolean;
  class?: string;
  id?: string;
}) {
  return (
    <button
      type="button"
      id={props.id}
      class={`icon-button ${props.class ?? ''}`}
      title={props.label}
      aria-label={props.label}
      aria-pressed={props.pressed}
      disabled={props.disabled}
      onClick={props.onClick}
    >
      <Icon name={props.icon} />
    </button>
  );
}

export function TextButton(props: {
  children: ComponentChildren;
  onClick: (event: MouseEvent) => void;
  primary?: boolean;
  disabled?: boolean;
  title?: string;
}) {
  return (
    <button
      type="button"
      disabled={props.disabled}
      class={props.primary ? 'button' : 'button secondary'}
      title={props.title}
      onClick={props.onClick}
    >
      {props.children}
    </button>
  );
}

/** For what is sent: a double click is one. */
export const onFirst =
  (act: () => void) =>
  ({ detail }: MouseEvent): void => {
    if (detail < 2) act();
  };
