/** Finds secrets by the rules of secretlint, by forms they do not know, and by the names to which values are assigned. */
import { createHash } from 'node:crypto';
import { lintSource } from '@secretlint/core';
import { secretLintProfiler } from '@secretlint/profiler';
import { creator } from '@secretlint/secretlint-rule-preset-recommend';
import type { FoundSecret, PersonalData, SecretScanner } from '../core/ports.ts';
import { knownSecrets } from '../core/secrets/knownSecrets.ts';
import { namedSecrets } from '../core/secrets/namedSecrets.ts';
import { personalData } from '../core/secrets/personalData.ts';
import { settled } from '../core/secrets/settled.ts';

// It notes some sixty steps for each text and keeps them while the worker lives: about 50 kB that never come back.
secretLintProfiler.setEnabled(false);

const preset = '@secretlint/secretlint-rule-preset-recommend';
const config = { rules: [{ id: preset, rule: creator, options: {} }] };

/** What would be sent is looked at again with each word that is typed, and nearly all of it is as it was. */
const rememberedTexts = 2_000;

export class SecretRules implements SecretScanner {
  /** By the hash of the text; no text is kept. */
  readonly #found = new Map<string, FoundSecret[]>();

  /** One list for each text, in order. */
  async scan(texts: readonly string[], personal?: PersonalData): Promise<FoundSecret[][]> {
    const all: FoundSecret[][] = [];
    for (const text of texts) all.push(await this.#scanned(text, personal));
    return all;
  }

  async #scanned(text: string, personal: PersonalData | undefined): Promise<FoundSecret[]> {
    const hash = createHash('sha256')
      .update(personal === undefined ? '' : JSON.stringify(personal))
      .update('\0')
      .update(text)
      .digest('base64');
    const known = this.#found.get(hash);
    const found = known ?? (await look(text, personal));
    // What was asked for last goes last of all.
    this.#found.delete(hash);
    this.#found.set(hash, found);
    const [oldest] = this.#found.keys();
    if (this.#found.size > rememberedTexts && oldest !== undefined) this.#found.delete(oldest);
    return found;
  }
}

/** What a rule of secretlint says of a place comes before what is told by the name beside it. */
async function look(text: string, personal: PersonalData | undefined): Promise<FoundSecret[]> {
  const { messages } = await lintSource({
    source: { filePath: '/text', content: text, contentType: 'text' },
    options: { noPhysicFilePath: true, config },
  });
  const byRule = messages.flatMap(({ type, ruleId, range: [start, end] }): FoundSecret[] => {
    if (type !== 'message') return [];
    // The name of a rule, without its package, is what it finds.
    const kind = ruleId.replace(/^@secretlint\/secretlint-rule-/, '');
    return [{ ...narrowed(text, start, end), group: 'secret', kind }];
  });
  const contacts = personal ? personalData(text, personal) : [];
  return settled(text, [...byRule, ...knownSecrets(text), ...namedSecrets(text), ...contacts]);
}

/** Of an address with a password the password: user, host and path say what it is for, and are no secret. */
function narrowed(text: string, start: number, end: number): { start: number; end: number } {
  const found = /^[a-z][\w+.-]{0,30}:\/\/[^\s:/@]{0,200}:([^\s@/]{1,500})@/i.exec(text.slice(start, end));
  if (!found?.[1]) return { start, end };
  const until = start + found[0].length - 1;
  return { start: until - found[1].length, end: until };
}
