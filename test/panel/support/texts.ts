/** Longer texts of the pictures. */

export const flaky = `The retry timer is created **before** the fake clock is installed ①, so on a slow machine the real clock fires first.

Install the clock at the top of the suite:

\`\`\`ts:test/upload.test.ts
import { useFakeTimers } from 'sinon';

// The clock has to be there before the uploader makes its timer.
const clock = useFakeTimers({ now: 1_700_000_000_000 });
const upload = new Upload('https://example.test', { retries: 3 });

beforeEach(() => clock.reset());
\`\`\`

Then \`clock.tickAsync(500)\` runs the retry at once, whatever the machine does.`;

export const longCode = `Here it is:\n\n\`\`\`python\n${Array.from(
  { length: 200 },
  (_, line) => `def step_${line}(value: int) -> str:  # step ${line}`,
).join('\n')}\n\`\`\``;

export const longInput = Array.from(
  { length: 60 },
  (_, line) => `${line + 1}. The upload of part ${line + 1} failed with status 503 and was tried again.`,
).join('\n');

export const everyKindOfMarkdown = `# A heading

Some *emphasis*, **strength**, ~~a mistake~~, \`code\` and [a link](https://example.com/docs).

1. First
   - nested, with \`code\`
     - and deeper
2. Second

   \`\`\`sh
   npm run build -- --watch
   \`\`\`

> A quotation, which
> goes on.

| Chunk size | Time | Memory at the highest point of the whole upload |
|---|---:|---|
| 1 MB | 12.4 s | 18 MB |
| 8 MB | 9.1 s | 74 MB |

The time is $t = n \\cdot (l + s / b)$, so that

$$
\\sum_{i=1}^{n} t_i \\le 12
$$

and it costs $5 to $6.

![A dot](data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAUAAAAFCAYAAACNbyblAAAAHElEQVQI12P4//8/w38GIAXDIBKE0DHxgljNBAAO9TXL0Y4OHwAAAABJRU5ErkJggg==)

![Elsewhere](https://example.com/a.png)

\`\`\`diff
- const delay = 100;
+ const delay = 100 * 2 ** attempt;
\`\`\`

---

Done.`;
