/** All prompts there are: the user's, and those of a trusted workspace. Read anew each time, so that edits are live. */
import type { ErrorInfo } from '../../protocol/errors.ts';
import type { PromptSummary } from '../../protocol/prompts.ts';
import * as errors from '../errors.ts';
import type { Log, PromptFile, PromptFiles } from '../ports.ts';
import { typedValue, typedValues } from './fillPrompt.ts';
import { parsePrompt } from './parsePrompt.ts';
import { type AskedPrompt, askedPrompt } from './promptInput.ts';
import { type Prompt, summaryOf } from './template.ts';
import { nothingChosen, type UserChoices, withinLimits } from './workspaceLimits.ts';

interface Wanted {
  version?: number;
  /** Drafts too, which are for the editor alone. */
  drafts?: boolean;
}

export class Prompts {
  readonly #files: PromptFiles;
  readonly #log: Log;
  readonly #user: UserChoices;
  /** By the file's place; a file is parsed anew only when its text is another. */
  readonly #parsed = new Map<string, { text: string; result: Promise<Prompt | errors.CausewayError> }>();
  readonly #told = new Set<string>();

  constructor(files: PromptFiles, log: Log, user: UserChoices = nothingChosen) {
    this.#files = files;
    this.#log = log;
    this.#user = user;
  }

  /** By name, the newest version first. Never rejects. */
  async list(): Promise<Prompt[]> {
    return (await this.#read()).prompts;
  }

  /**
   * Of a name without a version the newest that is published, else the newest that is deprecated; with `drafts` the
   * newest of all. Throws `prompt_not_found`, naming those there are.
   */
  async need(name: string, { version, drafts = false }: Wanted = {}): Promise<Prompt> {
    const all = (await this.list()).filter(({ status }) => drafts || status !== 'draft');
    const named = all.filter(
      (one) => one.name === name && (version === undefined || one.version === version),
    );
    const found = drafts ? named[0] : (named.find(({ status }) => status === 'published') ?? named[0]);
    if (!found) throw errors.promptNotFound(name, version, [...new Set(all.map((one) => one.name))]);
    return found;
  }

  /** As `list`, for whoever asks from outside. */
  async summaries(): Promise<PromptSummary[]> {
    return (await this.list()).map(summaryOf);
  }

  async summary(name: string, wanted?: Wanted): Promise<PromptSummary> {
    return summaryOf(await this.need(name, wanted));
  }

  /** Throws as `need`, and `prompt_input_invalid`. */
  async ask(name: string, values: unknown, wanted?: Wanted): Promise<AskedPrompt> {
    return askedPrompt(await this.need(name, wanted), values);
  }

  /** As `ask`, of values that are all texts. */
  async askTexts(name: string, texts: Record<string, string | undefined>): Promise<AskedPrompt> {
    const prompt = await this.need(name);
    const values = Object.entries(texts).flatMap(([field, text]) => {
      const variable = prompt.variables[field];
      return text === undefined ? [] : [[field, variable ? typedValue(variable.type, text) : text] as const];
    });
    return askedPrompt(prompt, Object.fromEntries(values));
  }

  /**
   * What was typed as `/name words`, drafts too; undefined where no prompt has that name, since a path begins so as
   * well. Throws `prompt_input_invalid`.
   */
  async typed(text: string): Promise<AskedPrompt | undefined> {
    const [, name, words = ''] = /^\/([a-z0-9][a-z0-9_-]*)(?:\s+([\s\S]*))?$/.exec(text.trim()) ?? [];
    if (name === undefined || !(await this.list()).some((one) => one.name === name)) return undefined;
    const prompt = await this.need(name, { drafts: true });
    return askedPrompt(prompt, typedValues(prompt, words));
  }

  /** Files that are not used, or not as they say, each with the reason. */
  async problems(): Promise<ErrorInfo[]> {
    return (await this.#read()).problems;
  }

  async #read(): Promise<{ prompts: Prompt[]; problems: ErrorInfo[] }> {
    const files = await this.#files.read().catch((error: unknown) => {
      this.#log.error('The prompt files could not be read.', error);
      return [];
    });
    const rank = { user: 0, workspace: 1, github: 2 };
    const ordered = [...files].sort((a, b) => rank[a.place] - rank[b.place]);
    const prompts = new Map<string, Prompt>();
    const problems: errors.CausewayError[] = [];
    const all = await Promise.all(ordered.map((file) => this.#parse(file)));
    const ofUser = new Set(
      all.flatMap((one) => (one instanceof errors.CausewayError || one.source !== 'user' ? [] : [one.name])),
    );
    for (const one of all) {
      if (one instanceof errors.CausewayError) problems.push(one);
      // A workspace cannot change what a name the user knows stands for, by no higher version either.
      else if (one.source === 'workspace' && ofUser.has(one.name))
        problems.push(errors.promptShadowed(one.name));
      else if (prompts.has(`${one.name}@${one.version}`))
        problems.push(errors.promptDoubled(one.name, one.version));
      else {
        const { prompt, left } = await withinLimits(one, this.#user);
        if (left.length > 0) problems.push(errors.promptLimited(one.name, left));
        prompts.set(`${one.name}@${one.version}`, prompt);
      }
    }
    for (const { message } of problems) this.#tell(message);
    return {
      prompts: [...prompts.values()].sort(
        (a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0) || b.version - a.version,
      ),
      problems: problems.map(errors.toErrorInfo),
    };
  }

  #parse(file: PromptFile): Promise<Prompt | errors.CausewayError> {
    const place = `${file.place}/${file.name}`;
    const before = this.#parsed.get(place);
    if (before?.text === file.text) return before.result;
    const result = parsePrompt(file).catch((error: unknown) => {
      if (error instanceof errors.CausewayError) return error;
      this.#log.error(`The prompt ${file.name} failed in an unexpected way.`, error);
      return errors.unexpected(error);
    });
    this.#parsed.set(place, { text: file.text, result });
    return result;
  }

  /** Once for each problem: prompts are read with every call. */
  #tell(message: string): void {
    if (this.#told.has(message)) return;
    this.#told.add(message);
    this.#log.warn(message);
  }
}
