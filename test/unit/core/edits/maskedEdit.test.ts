import assert from 'node:assert/strict';
import { placeMasked } from '../../../../src/core/edits/placement.ts';
import { Masker } from '../../../../src/core/secrets/masker.ts';
import { SecretRules } from '../../../../src/workers/secretRules.ts';
import { canaries } from '../../../support/canaries.ts';

describe('An edit of what was masked', () => {
  const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const masker = new Masker({
    scanner: new SecretRules(),
    key: async () => new Uint8Array(32).fill(5),
    settings: { maskSecrets: true, maskPersonalData: false, maskedNames: [] },
    log: silent,
  });
  const pems = canaries(9).filter(({ kind }) => ['private-key', 'ssh-key', 'pgp-key'].includes(kind));
  const dedented = (text: string, by: number) =>
    text
      .split('\n')
      .map((line) => line.slice(Math.min(by, line.search(/\S|$/))))
      .join('\n');

  /** The file with one line of the block around the key changed by a model that was told the masked text. */
  async function edited(file: string, selection: { startLine: number; endLine: number }, by: number) {
    const lines = file.split('\n').slice(selection.startLine - 1, selection.endLine);
    const [told = ''] = await masker.texts([lines.join('\n')], 'one');
    // Models end their lines with line feeds.
    const answered = dedented(told.replaceAll('\r', '').replace('mode: 1', 'mode: 2'), by);
    return placeMasked(file, answered, { selection }, (code) => masker.restored(code, ['one'], [file]));
  }

  for (const { kind, line } of pems)
    for (const indent of [0, 2, 4, 8, 40])
      for (const eol of ['\n', '\r\n'])
        it(`restores ${kind} with ${indent} spaces before it exactly, however the answer is indented (${JSON.stringify(eol)})`, async () => {
          const space = ' '.repeat(indent);
          const own = ['mode: 1', 'key: |', ...line.split('\n').map((one) => `  ${one}`), 'end: yes'];
          const file = ['tls:', ...own.map((one) => space + one), 'last: 1', ''].join(eol);
          for (const by of [0, indent])
            assert.equal(
              await edited(file, { startLine: 2, endLine: own.length + 1 }, by),
              file.replace('mode: 1', 'mode: 2'),
            );
        });

  it('leaves alone what looks like a placeholder elsewhere in the file', async () => {
    const file = 'a: "[secret:github:0123456789]"\nmode: 1\n';
    assert.equal(await edited(file, { startLine: 2, endLine: 2 }, 0), file.replace('mode: 1', 'mode: 2'));
  });

  it('takes code for the whole file by what it says when its secrets are put back', async () => {
    const lines = canaries(9)
      .filter(({ kind }) => kind === 'named-value' || kind === 'github')
      .map(({ line }) => line);
    const file = `${lines.join('\n')}\n`;
    const [told = ''] = await masker.texts([file], 'one');
    const restored = (code: string) => masker.restored(code, ['one'], []);
    assert.equal(await placeMasked(file, `${told}more\n`, {}, restored), `${file}more\n`);
  });
});
