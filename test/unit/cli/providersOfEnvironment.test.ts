import assert from 'node:assert/strict';
import { settingsOf } from '../../../src/cli/headless.ts';

describe('servers that the environment names', () => {
  const given = (value: unknown) =>
    settingsOf({}, { CAUSEWAY_PROVIDERS: typeof value === 'string' ? value : JSON.stringify(value) })
      .endpoints;

  it('are those of the setting in an editor', () => {
    const gateway = { id: 'apipark', preset: 'apipark', baseUrl: 'https://gateway.example.com/v1' };
    assert.deepEqual(given([gateway]), [gateway]);
    assert.deepEqual(settingsOf({}, {}).endpoints, []);
  });

  const wrong: [title: string, value: unknown, words: RegExp][] = [
    ['no JSON', 'apipark', /^CAUSEWAY_PROVIDERS: got no JSON/],
    ['no list', {}, /^CAUSEWAY_PROVIDERS: got something else/],
    ['no preset', [{ id: 'x', preset: 'none' }], /^CAUSEWAY_PROVIDERS\.0\.preset: /],
    [
      'a password in an address',
      [{ id: 'x', preset: 'other', baseUrl: 'https://me:canary@x.example/v1' }],
      /^CAUSEWAY_PROVIDERS\.0\.baseUrl: (?!.*canary)/,
    ],
  ];
  for (const [title, value, words] of wrong)
    it(`${title} is refused, and the field named`, () => {
      assert.throws(() => given(value), { code: 'invalid_input', message: words });
    });
});
