/**
 * A transform for Causeway: names of people leave the machine as pseudonyms, and answers have the names again.
 * Copy it into your transforms folder (docs/transforms.md says where that is) and write your own names.
 */
const names = new Map([
  ['Ada', 'PERSON-1'],
  ['Grace', 'PERSON-2'],
]);

/** What a part is and what it is called by; to change these would break the request. */
const marks = new Set(['type', 'role', 'name', 'id', 'tool_use_id', 'tool_call_id', 'media_type', 'cache']);

/** Every text in a request or an answer, whatever its form. */
function eachText(value, change) {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((one) => eachText(one, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name, marks.has(name) ? one : eachText(one, change)]),
  );
}

export function request(request) {
  return eachText(request, (text) =>
    [...names].reduce((said, [name, pseudonym]) => said.replaceAll(name, pseudonym), text),
  );
}

export function answer(answer) {
  return eachText(answer, (text) =>
    [...names].reduce((said, [name, pseudonym]) => said.replaceAll(pseudonym, name), text),
  );
}
