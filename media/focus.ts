/** The focus is never lost: when its element leaves the page, what is nearest in meaning takes it. */

export function keepFocus(root: HTMLElement): void {
  let last: Element | undefined;
  let inTranscript = false;
  document.addEventListener('focusin', ({ target }) => {
    if (!(target instanceof Element)) return;
    last = target;
    inTranscript = target.closest('.transcript') !== null;
  });
  new MutationObserver(() => {
    if (!last || last.isConnected || document.activeElement !== document.body) return;
    const fallback = inTranscript ? '.transcript' : '#input, #session-search';
    document.querySelector<HTMLElement>(fallback)?.focus({ preventScroll: true });
  }).observe(root, { childList: true, subtree: true });
}

/** For buttons that go away or are switched off by what they do. */
export const focusInput = (): void => document.getElementById('input')?.focus();
