/** What docs/command-line.md says, compared with what the command line takes. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { clientScopes } from '../../../src/core/register.ts';

const page = readFileSync(join(import.meta.dirname, '../../../docs/command-line.md'), 'utf8');

describe('The page on the command line', () => {
  it('names each scope that a program can be given', () => {
    const [, listed = ''] = /`--scope` names what it may \(([^)]*)\)/.exec(page) ?? [];
    assert.deepEqual(
      [...listed.matchAll(/`([^`]+)`/g)].map(([, scope]) => scope),
      [...clientScopes],
    );
  });
});
