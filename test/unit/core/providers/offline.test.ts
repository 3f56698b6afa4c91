import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Answer } from '../../../../src/core/answer.ts';
import type { Passage, PassageSearch } from '../../../../src/core/ports.ts';
import { inChunks, quoted } from '../../../../src/core/providers/offline/markdown.ts';
import { OfflineProvider } from '../../../../src/core/providers/offline.ts';
import type { ProviderEvent, ProviderRequest } from '../../../../src/core/providers/provider.ts';

const passage = (path: string, startLine: number, text: string): Passage => ({
  uri: `file:///w/${path}`,
  path,
  startLine,
  endLine: startLine + text.split('\n').length - 1,
  text,
  score: 1,
});

const request = (question: string, more: Partial<ProviderRequest> = {}): ProviderRequest => ({
  model: 'quotes',
  system: [],
  messages: [],
  tools: [],
  maxOutputTokens: 1000,
  question,
  ...more,
});

const finds = (...passages: Passage[]): PassageSearch => ({ search: async () => passages });

async function answer(
  search: PassageSearch,
  onEvent: (event: ProviderEvent) => void = () => undefined,
  signal = new AbortController().signal,
): Promise<ProviderEvent[]> {
  const events: ProviderEvent[] = [];
  for await (const event of new OfflineProvider(search).stream(request('why?'), signal)) {
    events.push(event);
    onEvent(event);
  }
  return events;
}

const joined = (events: readonly ProviderEvent[]) => {
  const grown = new Answer();
  for (const event of events) grown.take(event);
  return grown.content();
};

describe('Offline answer', () => {
  it('to a program that may read no file searches nothing, and says why it quotes nothing', async () => {
    const asked: string[] = [];
    const search: PassageSearch = {
      search: async (question) => {
        asked.push(question);
        return [];
      },
    };
    const events: ProviderEvent[] = [];
    const { signal } = new AbortController();
    const sent = request('why?', { withoutFiles: true });
    for await (const event of new OfflineProvider(search).stream(sent, signal)) events.push(event);
    assert.deepEqual(asked, []);
    assert.match(JSON.stringify(joined(events)), /needs the scope `grounding`/);
    assert.equal(events.at(-1)?.type, 'stop');
  });

  const retry = passage('src/retry.ts', 24, 'export function backoff() {\n  return 1;\n}');
  const readme = passage('README.md', 3, 'It waits longer each time.');

  it('says that no model is set, then quotes each passage with its place and a citation', async () => {
    const [first, second, third] = joined(await answer(finds(retry, readme)));
    assert.deepEqual(first, {
      type: 'text',
      text: 'No model is set. These passages of your files match best.',
    });
    assert.deepEqual(second, {
      type: 'text',
      text: '`src/retry.ts`, lines 24–26\n\n```ts\nexport function backoff() {\n  return 1;\n}\n```',
      citations: [
        {
          index: 1,
          uri: 'file:///w/src/retry.ts',
          path: 'src/retry.ts',
          startLine: 24,
          endLine: 26,
          quote: retry.text,
        },
      ],
    });
    assert.ok(third?.type === 'text' && third.citations?.[0]?.index === 2);
    assert.match(third.text, /^`README.md`, line 3\n/);
  });

  it('quotes three passages at most', async () => {
    const events = await answer(finds(retry, readme, readme, readme, readme));
    assert.equal(events.filter((event) => event.type === 'citation').length, 3);
  });

  it('says so when nothing matches, and what to do', async () => {
    const [only, ...more] = joined(await answer(finds()));
    assert.deepEqual(more, []);
    assert.match(
      only?.type === 'text' ? only.text : '',
      /No model is set, and no passage .* matches.* set an API key/,
    );
  });

  it('costs nothing and ends once', async () => {
    const events = await answer(finds(retry));
    const last = events.at(-1);
    assert.ok(last?.type === 'stop' && last.stopReason === 'end_turn');
    assert.deepEqual(Object.values(last.usage), [0, 0, 0, 0]);
    const [model] = await new OfflineProvider(finds()).models();
    assert.deepEqual([model?.price?.input, model?.price?.output], [0, 0]);
    assert.equal(events.filter((event) => event.type === 'stop' || event.type === 'error').length, 1);
  });

  it('is the same each time', async () =>
    assert.deepEqual(await answer(finds(retry, readme)), await answer(finds(retry, readme))));

  it('keeps what had arrived when it is stopped, and ends as aborted', async () => {
    const stop = new AbortController();
    const events = await answer(finds(retry), (event) => event.type === 'text' && stop.abort(), stop.signal);
    assert.deepEqual(
      events.map((event) => event.type),
      ['start', 'text', 'aborted'],
    );
  });

  it('ends as aborted when it is stopped during the search', async () => {
    const stop = new AbortController();
    const search: PassageSearch = {
      async search(_, { signal }) {
        stop.abort();
        signal?.throwIfAborted();
        return [];
      },
    };
    const events = await answer(search, undefined, stop.signal);
    assert.equal(events.at(-1)?.type, 'aborted');
  });

  it('ends with an error when the search fails, and does not throw', async () => {
    const search: PassageSearch = { search: () => Promise.reject(new Error('broken at /home/me')) };
    const last = (await answer(search)).at(-1);
    assert.ok(last?.type === 'error');
    assert.ok(!last.error.message.includes('/home/me'));
  });
});

describe('A quote in Markdown', () => {
  it('is closed only by its own fence, whatever it holds', () =>
    fc.assert(
      fc.property(fc.stringMatching(/^[`~a\n ]{0,60}$/), (text) => {
        const [head = '', , fenceLine = '', ...rest] = quoted(passage('a.md', 1, text)).split('\n');
        const fence = /^`+/.exec(fenceLine)?.[0] ?? '';
        assert.match(head, /^`a\.md`, line/);
        assert.equal(rest.at(-1), fence);
        assert.ok(rest.slice(0, -1).every((line) => !line.includes(fence)));
        assert.equal(rest.slice(0, -1).join('\n'), text);
      }),
    ));

  for (const [path, language] of [
    ['src/a.mts', 'ts'],
    ['Makefile', ''],
    ['notes.txt', ''],
    ['a.py', 'py'],
    ['.gitignore', 'gitignore'],
  ]) {
    it(`names the language of ${path} as "${language}"`, () =>
      assert.match(quoted(passage(path ?? '', 1, 'x')), new RegExp(`\`\`\`${language}\\n`)));
  }

  it('has a longer fence than the one it holds', () =>
    assert.match(quoted(passage('a.md', 1, '```sh\nls\n```')), /\n````md\n```sh\nls\n```\n````$/));

  it('shows a path with backticks as it is', () =>
    assert.match(quoted(passage('a`b`.ts', 1, 'x')), /^``a`b`.ts``, line 1/));
});

describe('Pieces of an answer', () => {
  it('join to the whole and part no character', () =>
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 400 }), (text) => {
        const chunks = [...inChunks(text)];
        assert.equal(chunks.join(''), text);
        assert.ok(
          chunks.every((chunk) => chunk === new TextDecoder().decode(new TextEncoder().encode(chunk))),
        );
      }),
    ));
});
