/** The commands: their help, and where they are loaded from when they are called. */
import type { Invocation } from './main.ts';

/** Resolves to the exit code. */
type Run = (invocation: Invocation) => Promise<number>;

interface Command {
  summary: string;
  help: string;
  load(): Promise<Run>;
}

const folderHelp = `  --folder DIR         the folder whose sessions are meant (default: the current one)
  --verbose            tell on standard error what happens
  --help               show this`;

export const commands = {
  ask: {
    summary: 'ask a question and stream the answer',
    help: `Usage: causeway ask [options] QUESTION…
       … | causeway ask [options] [QUESTION… -]

Asks through the bridge of the folder where one runs, else answers in this process. The text goes to
standard output, then the citations as PATH:START-END lines; everything else goes to standard error.
"-" stands for the text of standard input, which is also read when no question is given.
Ctrl+C stops the turn and keeps what arrived; a second one ends at once.

Options:
  --new                in a new session (the default)
  --continue           in the session that was used last
  --session ID         in this session; the beginning of an id is enough
  --model NAME         PROVIDER/MODEL, such as anthropic/claude-sonnet-5-5 or offline/quotes
  --grounding MODE     off, open_files or workspace
  --profile NAME       who answers from here on: coding, tutor, storyteller, document-analyst, or your own
  --json               one line of JSON for each event
  --no-stream          print the answer when it is complete
${folderHelp}

Environment: ANTHROPIC_API_KEY, ANTHROPIC_BASE_URL. Without a key the answers are quotes from your files.`,
    load: async () => (await import('./ask/ask.ts')).runAsk,
  },
  serve: {
    summary: 'run the bridge for a folder without an editor',
    help: `Usage: causeway serve [options] [FOLDER]

Serves the sessions of a folder to programs of this machine until it is ended with Ctrl+C or SIGTERM.
Turns that run then end as stopped, with what had arrived; a second signal ends at once.

Options:
  --port N             1024–65535 (default: 61900); while another bridge has it, one of the nine after it
  --model NAME         PROVIDER/MODEL that answers unless a turn names another
  --grounding MODE     off, open_files or workspace
  --store URL          keep sessions in Redis, shared with other instances: redis://HOST:PORT or rediss://…
  --workspace NAME     what all instances call the workspace (default: the first commit of its git history)
  --verbose            tell on standard error what happens
  --help               show this

Of many instances, on this machine or others, with --store only:
  --listen ADDR:PORT   an address that others reach, instead of the loopback; clients alone are let in there
  --tls-cert FILE      certificate with its chain, PEM; read again on SIGHUP
  --tls-key FILE       its key, readable by its user alone
  --plain-behind-proxy no TLS here, since a proxy in front ends it
  --host-name NAME     a name by which programs reach it, alone or with its port; several times for several

Environment: ANTHROPIC_API_KEY, ANTHROPIC_BASE_URL. Without a key the answers are quotes from your files.
CAUSEWAY_PROVIDERS: servers and gateways besides, as JSON, as in the setting causeway.providers.
CAUSEWAY_STORE: as --store, for a URL with a password, which others could read on a command line.
CAUSEWAY_STORE_FILE, ANTHROPIC_API_KEY_FILE: files that hold them instead, which nobody else can read.
OTEL_EXPORTER_OTLP_ENDPOINT and OTEL_EXPORTER_OTLP_HEADERS: where calls are told to OpenTelemetry.`,
    load: async () => (await import('./serve.ts')).runServe,
  },
  sessions: {
    summary: 'list, show, search, export, import, rename and remove sessions',
    help: `Usage: causeway sessions list [--trashed] [--limit N] [--json]
       causeway sessions show ID [--json]
       causeway sessions search [--limit N] [--json] WORDS…
       causeway sessions export ID           writes JSON Lines to standard output
       causeway sessions import FILE         "-" for standard input; prints the id
       causeway sessions rename ID TITLE…
       causeway sessions trash ID
       causeway sessions restore ID
       causeway sessions purge ID --yes      leaves nothing of it, in backups neither

The beginning of an id is enough where it names one session.

Options:
  --trashed            those in the trash
  --limit N            at most so many
  --json               one line of JSON for each session or hit; show: one object
${folderHelp}`,
    load: async () => (await import('./sessions/sessions.ts')).runSessions,
  },
  clients: {
    summary: 'give programs access to the bridge, and take it back',
    help: `Usage: causeway clients list [--json]
       causeway clients show ID [--json]
       causeway clients add NAME [--scope SCOPE]… [--all-workspaces] [--expires TIME] [LIMIT]…
       causeway clients limit ID|all [LIMIT]…
       causeway clients rotate ID
       causeway clients revoke ID

"add" and "rotate" print the token once, alone on standard output; it is kept as a hash and cannot be shown
again. "rotate" ends the earlier token at once. "limit" replaces all limits of a client, or of all programs
together.

Options:
  --scope SCOPE        sessions:read, sessions:write, turns, grounding, models or usage; several times for
                       several (default: all)
  --all-workspaces     for all your workspaces instead of the folder's alone
  --expires TIME       the token ends after 30d, 12h or 90m (default: never)
  --store URL          programs of the instances that share this Redis (or CAUSEWAY_STORE)
  --workspace NAME     there, what all instances call the workspace
  --json               one line of JSON for each client

Limits:
  --requests N         requests a minute
  --tokens N           tokens a minute, those of the cache among them
  --parallel N         turns and model calls at a time
  --usd N              US dollars in 24 hours
${folderHelp}`,
    load: async () => (await import('./clients.ts')).runClients,
  },
  mcp: {
    summary: 'serve the sessions of a folder to an MCP client on standard input and output',
    help: `Usage: causeway mcp [options]

For programs that start their MCP servers themselves: one message of JSON-RPC a line on standard input and
output, notes on standard error. Messages go through the bridge of the folder where one runs, else they are
answered in this process. It ends when its input ends, once what was asked is answered.

Options:
${folderHelp}

Environment: ANTHROPIC_API_KEY, ANTHROPIC_BASE_URL. Without a key the answers are quotes from your files.`,
    load: async () => (await import('./mcp.ts')).runMcp,
  },
  status: {
    summary: 'show the bridges that run',
    help: `Usage: causeway status [--json]

Shows the bridges of this user: address, role, process and workspace.

Options:
  --json               one line of JSON for each bridge
  --help               show this`,
    load: async () => (await import('./status.ts')).runStatus,
  },
} as const satisfies Record<string, Command>;

export type CommandName = keyof typeof commands;

export const isCommand = (name: string): name is CommandName => Object.hasOwn(commands, name);
