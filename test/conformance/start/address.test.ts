import assert from 'node:assert/strict';
import { addressOf } from '../../start/serve.ts';

describe('the address that npm start prints', () => {
  function check(folder: string, expected: string): void {
    it(`names the folder ${folder} so that a browser reads it back`, () => {
      const address = addressOf(8500, folder, 'secret');
      assert.equal(address, `http://127.0.0.1:8500/?folder=${expected}&tkn=secret`);
      assert.equal(new URL(address).searchParams.get('folder'), folder);
    });
  }
  check('/home/me/work', '/home/me/work');
  check('/tmp/a & b+c #1?', '/tmp/a%20%26%20b%2Bc%20%231%3F');
  check('/tmp/100%25 grün', '/tmp/100%2525%20gr%C3%BCn');
});
