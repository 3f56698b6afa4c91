/** What the language servers of the editor know, for the tools of a model. */
import * as vscode from 'vscode';
import { z } from 'zod';
import type { LanguageFeatures, LinePlace, Problem, SymbolPlace } from '../core/tools/workspace/sources.ts';
import { isWorkspaceText } from './openEditors.ts';

/** What providers of other extensions give back, which the editor passes on unseen. */
const position = z.object({ line: z.number().int().min(0), character: z.number() });
const range = z.object({ start: position, end: position });
const uri = z.custom<vscode.Uri>((one) => one instanceof vscode.Uri);
const location = z.object({ uri, range });
const link = z.object({ targetUri: uri, targetRange: range, targetSelectionRange: range.optional() });
const named = z.object({ name: z.string(), kind: z.number().int() });
const information = named.extend({ containerName: z.string().optional(), location });

type Ranged = z.infer<typeof range>;

const kindWord = (kind: number): string => (vscode.SymbolKind[kind] ?? 'symbol').toLowerCase();
const linesOf = ({ start, end }: Ranged) => ({ startLine: start.line + 1, endLine: end.line + 1 });

/** Deeper symbols are parts of expressions; nobody looks for them by name. */
const deepest = 6;

export const languageFeatures: LanguageFeatures = {
  async symbolsIn(file) {
    const target = vscode.Uri.parse(file);
    return flattened(await asked('vscode.executeDocumentSymbolProvider', target), target);
  },
  async symbolsNamed(words) {
    const found = z.array(z.unknown()).safeParse(await asked('vscode.executeWorkspaceSymbolProvider', words));
    return (found.data ?? []).flatMap(symbolOf);
  },
  async references(file, line, symbol) {
    const document = await opened(vscode.Uri.parse(file));
    if (!document || line > document.lineCount) return undefined;
    const text = document.lineAt(line - 1).text;
    const character = wordAt(text, symbol);
    if (character < 0) return undefined;
    // Within the name: some servers see the place before its first letter as another one.
    const at = new vscode.Position(line - 1, character + Math.min(1, symbol.length - 1));
    const [definitions, uses] = await Promise.all([
      asked('vscode.executeDefinitionProvider', document.uri, at),
      asked('vscode.executeReferenceProvider', document.uri, at),
    ]);
    return { definitions: placesOf(definitions), uses: placesOf(uses) };
  },
  async problems(file) {
    const all =
      file === undefined
        ? vscode.languages.getDiagnostics()
        : [[vscode.Uri.parse(file), vscode.languages.getDiagnostics(vscode.Uri.parse(file))] as const];
    return all.flatMap(([of, diagnostics]) =>
      isWorkspaceText(of) ? diagnostics.map((one) => problemOf(of, one)) : [],
    );
  },
};

/** Nothing where no provider is there, and where one fails: what it says of its failure is its own. */
async function asked(command: string, ...args: unknown[]): Promise<unknown> {
  try {
    return await vscode.commands.executeCommand<unknown>(command, ...args);
  } catch {
    return undefined;
  }
}

async function opened(target: vscode.Uri): Promise<vscode.TextDocument | undefined> {
  try {
    return await vscode.workspace.openTextDocument(target);
  } catch {
    return undefined;
  }
}

/** Providers give trees or lists; of both one list, in the order of the file. */
function flattened(found: unknown, of: vscode.Uri): SymbolPlace[] {
  const result: SymbolPlace[] = [];
  const walk = (list: unknown, container: string | undefined, depth: number): void => {
    if (!Array.isArray(list) || depth > deepest) return;
    for (const one of list) {
      const inTree = named.extend({ range, children: z.unknown() }).safeParse(one);
      if (!inTree.success) {
        result.push(...symbolOf(one));
        continue;
      }
      const { name, kind, range: whole, children } = inTree.data;
      result.push({
        name,
        kind: kindWord(kind),
        uri: of.toString(),
        ...linesOf(whole),
        ...(container === undefined ? {} : { container }),
      });
      walk(children, name, depth + 1);
    }
  };
  walk(found, undefined, 0);
  return result;
}

function symbolOf(one: unknown): SymbolPlace[] {
  const parsed = information.safeParse(one);
  if (!parsed.success) return [];
  const { name, kind, containerName, location: at } = parsed.data;
  return [
    {
      name,
      kind: kindWord(kind),
      uri: at.uri.toString(),
      ...linesOf(at.range),
      ...(containerName ? { container: containerName } : {}),
    },
  ];
}

function placesOf(found: unknown): LinePlace[] {
  const list = Array.isArray(found) ? found : [found];
  return list.flatMap((one): LinePlace[] => {
    const plain = location.safeParse(one);
    if (plain.success) return [{ uri: plain.data.uri.toString(), line: plain.data.range.start.line + 1 }];
    const linked = link.safeParse(one);
    if (!linked.success) return [];
    const { targetUri, targetRange, targetSelectionRange } = linked.data;
    return [{ uri: targetUri.toString(), line: (targetSelectionRange ?? targetRange).start.line + 1 }];
  });
}

/** Where a name stands by itself in a line; -1 where it does not. */
function wordAt(text: string, name: string): number {
  const isPart = (character: string | undefined) =>
    character !== undefined && /[\p{L}\p{N}_$]/u.test(character);
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1))
    if (!isPart(text[at - 1]) && !isPart(text[at + name.length])) return at;
  return -1;
}

const severities = ['error', 'warning', 'information', 'hint'] as const;

const problemOf = (of: vscode.Uri, one: vscode.Diagnostic): Problem => ({
  uri: of.toString(),
  line: one.range.start.line + 1,
  severity: severities[one.severity],
  message: one.message.replace(/\s+/g, ' '),
});
