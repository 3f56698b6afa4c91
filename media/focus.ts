/** The focus is never lost: when its element leaves the page, what is nearest in meaning takes it. */

export function keepFocus(root: HTMLElement): void {
  let last: Element | undefined;
  let inTranscript = false;
  let section: Element | null = null;
  document.addEventListener('focusin', ({ target }) => {
    if (!(target instanceof Element)) return;
    last = target;
    inTranscript = target.closest('.transcript') !== null;
    section = target.closest('[data-section]');
  });
  new MutationObserver(() => {
    if (!last || last.isConnected || document.activeElement !== document.body) return;
    const near = section?.isConnected ? section.querySelector<HTMLElement>('button, input, textarea') : null;
    const fallback = inTranscript ? '.transcript' : '#input, #session-search, #screen-back';
    (near ?? document.querySelector<HTMLElement>(fallback))?.focus({ preventScroll: true });
  }).observe(root, { childList: true, subtree: true });
}

/** For buttons that go away or are switched off by what they do. */
export const focusInput = (): void => document.getElementById('input')?.focus();
