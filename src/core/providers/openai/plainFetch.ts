/**
 * A `fetch` that sends a server only what it needs: the SDK tells of the machine in headers of its own, and adds those
 * that a variable of the environment names.
 */
export const plainFetch =
  (send: typeof fetch): typeof fetch =>
  (input, init) => {
    const headers = new Headers();
    for (const [name, value] of new Headers(init?.headers)) if (needed.has(name)) headers.set(name, value);
    return send(input, { ...init, headers });
  };

const needed: ReadonlySet<string> = new Set(['accept', 'authorization', 'content-type']);
