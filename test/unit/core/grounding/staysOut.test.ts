import assert from 'node:assert/strict';
import { type FileFacts, staysOutWords, whyStaysOut } from '../../../../src/core/grounding/staysOut.ts';

describe('A file stays out', () => {
  const check = (title: string, facts: FileFacts, words: string | undefined) =>
    it(title, () => {
      const out = whyStaysOut(facts);
      assert.equal(out && staysOutWords(out), words);
    });

  check('not, where nothing is against it', { path: 'src/a.ts', text: 'const a = 1;\n' }, undefined);
  check('that is made to hold secrets', { path: 'app/.env' }, 'Files of this name are made to hold secrets.');
  check(
    'that leads to one that is made to hold secrets',
    { path: 'notes.txt', alsoCalled: ['.env'] },
    'Files of this name are made to hold secrets.',
  );
  check(
    'with a private key in it',
    { path: 'a.txt', text: `-----BEGIN ${'PRIVATE'} KEY-----` },
    'It holds a private key.',
  );
  check('that git ignores', { path: 'a.txt', ignoredBy: '.gitignore' }, '.gitignore excludes it.');
  check(
    'that the editor hides',
    { path: 'a.txt', ignoredBy: 'search.exclude' },
    'search.exclude excludes it.',
  );
  check(
    'of a dependency',
    { path: 'node_modules/a/index.js' },
    'Its folder holds dependencies, history or results.',
  );
  check('that is no text by its name', { path: 'a.png' }, 'It is no text.');
  check('that is no text by its bytes', { path: 'a', text: 'a\0b' }, 'It is no text.');
  check('that is minified by its name', { path: 'a.min.js' }, 'It is generated or minified.');
  check(
    'that is minified by its lines',
    { path: 'a.js', text: 'x'.repeat(6000) },
    'It is generated or minified.',
  );
  check('over the limit', { path: 'a.txt', bytes: 1024 * 1024 + 1, text: 'a' }, 'It is larger than 1 MB.');
  check(
    'outside of the workspace',
    { path: '/etc/hosts', outside: 'outside', text: 'a' },
    'It lies outside of the workspace.',
  );
  check(
    'outside of the workspace with a private key in it',
    { path: '/etc/key.txt', outside: 'outside', text: `-----BEGIN ${'PRIVATE'} KEY-----` },
    'It holds a private key.',
  );
  check(
    'behind a link that leads out of the workspace',
    { path: 'notes.txt', outside: 'link' },
    'It is a link that leads out of the workspace.',
  );
  check(
    'whose worst is said first',
    { path: '.env', ignoredBy: '.gitignore' },
    'Files of this name are made to hold secrets.',
  );
});
