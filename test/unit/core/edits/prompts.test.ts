import assert from 'node:assert/strict';
import { editPrompt, editTasks } from '../../../../src/core/edits/prompts.ts';

describe('What a command on a selection asks', () => {
  const prompts = editTasks.map((task) => [task, editPrompt(task, 'src/a.test.ts')] as const);
  for (const [task, prompt] of prompts) {
    it(`is one code block, so that ${task} can be shown as a diff`, () =>
      assert.match(prompt, /one code block/));
  }
  it('differs with the task', () => assert.equal(new Set(prompts.map(([, prompt]) => prompt)).size, 4));
  it('names the file where tests are expected', () =>
    assert.match(editPrompt('writeTests', 'src/a.test.ts'), /src\/a\.test\.ts/));
  it('leaves the place of tests open where none is known', () =>
    assert.match(editPrompt('writeTests', undefined), /a file beside the code/));
});
