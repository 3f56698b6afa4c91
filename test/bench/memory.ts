/**
 * What of a long conversation is found again when it is asked for: `npm run bench:memory -- --data FILE`, repeated for
 * several files. A file has conversations, and questions with the turns that hold the evidence (`memory/data.ts` has the
 * form). Recall at k is the share of a question's evidence among k turns, averaged over questions; `mrr` takes the first
 * evidence turn. Each figure stands beside its 95% interval: 1,000 bootstrap samples over questions.
 * Without a file only the speed is measured.
 */
import { assembled } from './memory/assembled.ts';
import { contextRow, everything, filledBy, newestOnly } from './memory/context.ts';
import { type MemoryData, type Question, readMemoryData } from './memory/data.ts';
import { asksForDirectives, directiveRows } from './memory/directives.ts';
import { type Rank, rankingRow, sharesNoWord } from './memory/figures.ts';
import { speedRow } from './memory/speed.ts';
import { bm25, causeway, indexes, readVectors, recency } from './memory/systems.ts';
import { finish, type Table } from './support/table.ts';

const files = process.argv.flatMap((arg, at) => (arg === '--data' ? (process.argv[at + 1] ?? []) : []));
if (files.length === 0) {
  console.log(
    'What is found again was not measured, because no conversations were given: add -- --data FILE.',
  );
}
const tables = (await Promise.all(files.map((file) => tablesOf(readMemoryData(file))))).flat();
await finish('memory', [...tables, { name: 'speed', rows: [speedRow()] }]);

async function tablesOf(data: MemoryData): Promise<Table[]> {
  const { name, questions } = data;
  if (data.missingEvidence > 0) {
    console.log(`${name}: ${data.missingEvidence} turns named as evidence are in no conversation; left out.`);
  }
  if (data.notes > 0) {
    console.log(
      `${name}: with ${data.notes} notes, written by ${data.notesBy ?? 'a model that is not named'}.`,
    );
  }
  const index = indexes(readVectors());
  const systems: [string, Rank][] = [
    ['causeway', causeway(index)],
    ['causeway (words alone)', causeway(indexes(undefined))],
    ['bm25', bm25()],
    ['recency', recency],
  ];
  const ranked = (title: string, of: readonly Question[]): Table => ({
    name: `${name}, ${title}`,
    rows: systems.map(([system, rank]) => rankingRow(system, of, rank)),
  });
  const kinds = [...new Set(questions.map(({ kind }) => kind))].sort();
  const apart = questions.filter(sharesNoWord);
  const assemblies: [string, Parameters<typeof contextRow>[2]][] = [
    ['causeway', assembled(index)],
    ['bm25', filledBy(bm25())],
    ['recency', newestOnly],
    ['full-history', everything],
  ];
  return [
    ranked('all questions', questions),
    ...(apart.length > 0 ? [ranked('no content word shared with the evidence', apart)] : []),
    ...kinds.map((kind) =>
      ranked(
        `kind ${kind}`,
        questions.filter((question) => question.kind === kind),
      ),
    ),
    ...(questions.some(asksForDirectives)
      ? [{ name: `${name}, directives`, rows: directiveRows(data) }]
      : []),
    {
      name: `${name}, evidence in context`,
      rows: await Promise.all(
        assemblies.map(([system, assemble]) => contextRow(system, questions, assemble)),
      ),
    },
  ];
}
