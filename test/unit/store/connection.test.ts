import assert from 'node:assert/strict';
import { statfsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { canShareMemory, journalOf, useWal } from '../../../src/store/connection.ts';
import { Scratch } from './sqlite/samples.ts';

describe('The journal of a database', () => {
  let scratch: Scratch;
  beforeEach(() => {
    scratch = new Scratch();
  });
  afterEach(() => scratch.end());

  /** The numbers of `stat -f -c %t` on each. */
  for (const [name, type, can] of [
    ['ext4', 0xef53, true],
    ['tmpfs', 0x01021994, true],
    ['btrfs', 0x9123683e, true],
    ['NFS', 0x6969, false],
    ['a Windows share', 0xff534d42, false],
    ['a Windows share, as a 32-bit system says it', 0xff534d42 | 0, false],
    ['a Windows share of SMB 2', 0xfe534d42, false],
    ['an old Windows share', 0x517b, false],
    ['a folder of a virtual machine\u2019s host', 0x01021997, false],
    ['FUSE, such as sshfs', 0x65735546, false],
  ] as const)
    it(`is ${can ? 'a write-ahead log' : 'a rollback journal'} on ${name}`, () => {
      assert.equal(canShareMemory(type), can);
    });

  it('is what the file system here can do', () => {
    const db = new DatabaseSync(scratch.file);
    try {
      useWal(db);
      assert.equal(journalOf(db), canShareMemory(statfsSync(scratch.folder).type) ? 'wal' : 'delete');
    } finally {
      db.close();
    }
  });
});
