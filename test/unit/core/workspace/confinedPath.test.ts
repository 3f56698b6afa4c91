import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isConfinedPath } from '../../../../src/core/workspace/confinedPath.ts';

describe('A path that others wrote (threat 10)', () => {
  for (const path of [
    '../a',
    'a/../../b',
    '..',
    '..\\a',
    'a\\..\\b',
    '/etc/passwd',
    '\\windows',
    '\\\\server\\share\\a',
    '//server/share/a',
    '//?/C:/a',
    'C:\\a',
    'c:a',
    'file:///etc/passwd',
    'vscode-vfs://github/a',
    '%2e%2e/a',
    '%2E%2E%2Fa',
    '..%2fa',
    '..%5ca',
    'a/%252e%252e/b',
    '%2fetc/passwd',
    '%c0%ae%c0%ae/a',
    '%25252525252e',
    'a\0.ts',
    'a%00.ts',
    '.. /a',
    'a/.. ./b',
    '~/a',
    '~root/a',
    'a.txt:stream',
    '',
    'a/'.repeat(3000),
  ])
    it(`is refused as ${JSON.stringify(path).slice(0, 40)}`, () => assert.equal(isConfinedPath(path), false));

  for (const path of [
    'a',
    'src/a.ts',
    './a',
    'a/...b',
    '.github/a',
    'a%20b',
    '100%',
    'a/..b',
    '50%25.txt',
    'ä/ö.ts',
  ])
    it(`is taken as ${path}`, () => assert.equal(isConfinedPath(path), true));

  it('never climbs, in whatever form', () => {
    const part = fc.constantFrom('a', '..', '.', '%2e', '%2e%2e', '%252e', 'b c');
    const slash = fc.constantFrom('/', '\\', '%2f', '%5c', '%255c');
    fc.assert(
      fc.property(fc.array(fc.tuple(part, slash), { minLength: 1, maxLength: 6 }), (parts) => {
        const path = parts.flat().join('');
        if (!isConfinedPath(path)) return;
        let plain = path;
        for (let times = 0; times < 4; times++) plain = decoded(plain);
        assert.ok(!plain.replaceAll('\\', '/').split('/').includes('..'), path);
      }),
    );
  });
});

const decoded = (text: string): string =>
  text.replace(/%([\da-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
