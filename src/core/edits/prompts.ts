/** What the commands on a selection ask. The words stand in the session as the user's own input. */

export const editTasks = ['fix', 'refactor', 'writeTests', 'document'] as const;
export type EditTask = (typeof editTasks)[number];

export const explainPrompt = 'Explain this code.';

const whole =
  'Answer with one code block that replaces the whole selection, then say in a sentence or two what changed and why.';

/** `testPath` is where tests of the selection are expected. */
export function editPrompt(task: EditTask, testPath: string | undefined): string {
  switch (task) {
    case 'fix':
      return `Fix the problems in this code. ${whole}`;
    case 'refactor':
      return `Make this code simpler and clearer without changing what it does. ${whole}`;
    case 'document':
      return `Write the documentation comments that this code lacks, in the style of its file. ${whole}`;
    case 'writeTests':
      return `Write tests for this code, in the style of the tests of this workspace. Answer with one code block for ${testPath ?? 'a file beside the code'}, named after the language, then say in a sentence what is covered.`;
    default:
      return task satisfies never;
  }
}
