/**
 * A script as anybody may write one: it knows the bridge's address and nothing else, asks to be let in, waits for its
 * user, and sends a turn to the session that was used last.
 */
const [, , url] = process.argv;

const call = async (method, path, { token, body } = {}) => {
  const answer = await fetch(url + path, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: await answer.json() };
};

const asked = await call('POST', '/v1/clients', {
  body: { name: 'Release notes', scopes: ['sessions:read', 'turns'] },
});
console.log(`asked ${asked.status}`);
let polled;
do {
  await new Promise((resolve) => setTimeout(resolve, 200));
  polled = await call('GET', `/v1/clients/${asked.body.pending}`);
} while (polled.status === 202);
const { token, scopes } = polled.body;
console.log(`let in ${scopes}`);
const [session] = (await call('GET', '/v1/sessions', { token })).body.sessions;
const turn = await call('POST', `/v1/sessions/${session.id}/turns`, {
  token,
  body: { text: 'What changed since the last release?' },
});
console.log(`answered ${turn.status} ${turn.body.text}`);
