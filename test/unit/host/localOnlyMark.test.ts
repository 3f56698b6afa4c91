import assert from 'node:assert/strict';
import { isMarkedIn } from '../../../src/host/localOnlyMark.ts';

describe('A window marked as local-only', () => {
  type Says = { globalValue?: unknown; workspaceValue?: unknown; workspaceFolderValue?: unknown };
  const check = (title: string, says: Readonly<Record<string, Says>>, marked: boolean) =>
    it(title, () => {
      // As the editor: what folders say is told of the folder that is asked about, and of no other.
      const { window: shared = {}, ...folders } = says;
      const inspect = (folder: string | undefined) => ({ ...shared, ...(folder && folders[folder]) });
      assert.equal(isMarkedIn(Object.keys(folders), inspect), marked);
    });

  check('is none where nobody says so', { a: {}, b: { workspaceFolderValue: false } }, false);
  check('is one where one of two folders says so', { a: {}, b: { workspaceFolderValue: true } }, true);
  check('is one where the workspace says so', { window: { workspaceValue: true }, a: {} }, true);
  check('is one where the user says so and no folder is open', { window: { globalValue: true } }, true);
  check(
    'is one where a folder says so and the user says the reverse',
    { window: { globalValue: false, workspaceValue: false }, a: { workspaceFolderValue: true } },
    true,
  );
});
