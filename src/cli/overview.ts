import { commands } from './commands.ts';

export function overview(): string {
  const lines = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(10)} ${summary}\n`);
  return `Causeway: durable AI sessions of a folder, for people and programs.

Usage: causeway COMMAND [options]

Commands:
${lines.join('')}
  causeway COMMAND --help    about one command
  causeway --version         the version
`;
}

export async function version(): Promise<string> {
  const { default: manifest } = await import('../../package.json', { with: { type: 'json' } });
  return manifest.version;
}
