/** Finds secrets by the rules of secretlint, and by the names to which values are assigned. */
import { createHash } from 'node:crypto';
import { lintSource } from '@secretlint/core';
import { creator } from '@secretlint/secretlint-rule-preset-recommend';
import type { FoundSecret } from '../core/ports.ts';
import { namedSecrets } from '../core/secrets/namedSecrets.ts';

const preset = '@secretlint/secretlint-rule-preset-recommend';
const config = { rules: [{ id: preset, rule: creator, options: {} }] };

/** By the last part of a rule's name; any other is called by that name. */
const ruleWords: Readonly<Record<string, string>> = {
  '1password': '1Password token',
  anthropic: 'Anthropic API key',
  aws: 'AWS access key',
  basicauth: 'password in an address',
  cloudflare: 'Cloudflare token',
  'database-connection-string': 'password of a database',
  databricks: 'Databricks token',
  docker: 'Docker token',
  figma: 'Figma token',
  gcp: 'Google Cloud key',
  github: 'GitHub token',
  gitlab: 'GitLab token',
  grafana: 'Grafana token',
  groq: 'Groq API key',
  'hashicorp-vault': 'Vault token',
  huggingface: 'Hugging Face token',
  linear: 'Linear API key',
  notion: 'Notion token',
  npm: 'npm token',
  openai: 'OpenAI API key',
  privatekey: 'private key',
  sendgrid: 'SendGrid API key',
  shopify: 'Shopify token',
  slack: 'Slack token',
  stripe: 'Stripe key',
  tailscale: 'Tailscale key',
  vercel: 'Vercel token',
};

/** What would be sent is looked at again with each word that is typed, and nearly all of it is as it was. */
const rememberedTexts = 2_000;

export class SecretRules {
  /** By the hash of the text; no text is kept. */
  readonly #found = new Map<string, FoundSecret[]>();

  /** One list for each text, in order. */
  async scan(texts: readonly string[]): Promise<FoundSecret[][]> {
    const all: FoundSecret[][] = [];
    for (const text of texts) all.push(await this.#scanned(text));
    return all;
  }

  async #scanned(text: string): Promise<FoundSecret[]> {
    const hash = createHash('sha256').update(text).digest('base64');
    const known = this.#found.get(hash);
    const found = known ?? (await look(text));
    // What was asked for last goes last of all.
    this.#found.delete(hash);
    this.#found.set(hash, found);
    const [oldest] = this.#found.keys();
    if (this.#found.size > rememberedTexts && oldest !== undefined) this.#found.delete(oldest);
    return found;
  }
}

/** A line that a rule knows is told by that rule alone. */
async function look(text: string): Promise<FoundSecret[]> {
  const { messages } = await lintSource({
    source: { filePath: '/text', content: text, contentType: 'text' },
    options: { noPhysicFilePath: true, config },
  });
  const byRule = messages.flatMap(({ type, ruleId, loc }): FoundSecret[] =>
    type === 'message' ? [{ line: loc.start.line, what: wordsOf(ruleId) }] : [],
  );
  const lines = new Set(byRule.map(({ line }) => line));
  const byName = namedSecrets(text).filter(({ line }) => !lines.has(line));
  const keys = new Set<string>();
  return [...byRule, ...byName]
    .filter(({ line, what }) => {
      const key = `${line} ${what}`;
      return !keys.has(key) && keys.add(key);
    })
    .sort((a, b) => a.line - b.line);
}

function wordsOf(ruleId: string): string {
  const name = ruleId.replace(/^@secretlint\/secretlint-rule-/, '');
  return ruleWords[name] ?? name;
}
