/**
 * A turn with tools of this program's own: the model calls them, their results go back, and all of it stands in a session.
 * The token needs the scopes models, turns, sessions:read and sessions:write.
 *
 *     CAUSEWAY_TOKEN=… node examples/clients/tools.ts
 */
import { connect } from '../../src/client/index.ts';

const {
  CAUSEWAY_URL: url = 'http://127.0.0.1:61900',
  CAUSEWAY_TOKEN: token = '',
  CAUSEWAY_MODEL: model = 'claude-sonnet-5-5',
} = process.env;

const stock = new Map([
  ['bolts', 12],
  ['nuts', 0],
]);

const turn = connect({ url, token }).toolTurn('new', {
  model,
  text: 'What do we have to order?',
  tools: [
    {
      name: 'in_stock',
      description: 'How many of an article there are.',
      inputSchema: { type: 'object', properties: { article: { type: 'string' } }, required: ['article'] },
      run({ article }) {
        const count = stock.get(String(article));
        // What a tool throws is told to the model as an error, from which it can go on.
        if (count === undefined) throw new Error(`Known articles: ${[...stock.keys()].join(', ')}.`);
        return String(count);
      },
    },
  ],
});
for await (const event of turn) {
  if (event.type === 'text') process.stdout.write(event.text);
  if (event.type === 'tool_call') process.stdout.write(`\n[${event.name} ${JSON.stringify(event.input)}]\n`);
  if (event.type === 'ended') process.stdout.write(`\n${event.stopReason} in session ${event.sessionId}\n`);
}
