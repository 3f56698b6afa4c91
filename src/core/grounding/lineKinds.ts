/** How much the words of a line say about what the lines around it do. Pure. */
import { isMarkdown } from './chunks.ts';

const heading = /^ {0,3}#{1,6}(?:\s|$)/;
/** An import names what is used, not what is done; nobody is answered by one. */
const importing =
  /^\s*(?:import\b|export\s*(?:type\s*)?\{[^}]*\}\s*from\b|export\s*\*|from\s+\S+\s+import\b|#include\b|using\s+[\w.]+;|use\s+[\w:]+|package\s+[\w.]+;?$|(?:const|let|var)\s.*=\s*require\()/;
const comment = /^\s*(?:\/\/|\/\*|\*(?:\s|\/|$)|#(?![!])\s|--\s|<!--|""")/;
const declaration =
  /^\s*(?:(?:export|default|public|private|protected|static|async|abstract|pub|final|override)\s+)*(?:function|class|interface|type|enum|struct|trait|impl|module|namespace|def|fn|func)\b|^(?:export\s+)?(?:const|let|var)\s|^\s*(?:describe|suite|test|it)\(/;

/** Headings, comments and declarations are written to say what something is about, so their words count twice. */
export function lineWeight(path: string, line: string): number {
  if (isMarkdown(path)) return heading.test(line) ? 2 : 1;
  if (importing.test(line)) return 0;
  return comment.test(line) || declaration.test(line) ? 2 : 1;
}

/** What a declaration names, in the languages whose declarations begin with a keyword or stand at the margin. */
const naming =
  /^\s*(?:(?:export|default|public|private|protected|internal|static|async|abstract|pub(?:\([^)]*\))?|final|override|sealed|partial|unsafe|inline|open|data)\s+)*(?:function\*?|class|interface|type|enum|struct|trait|impl|module|namespace|def|fn|fun|func(?:\s*\([^)]*\))?|record|protocol|macro_rules!)\s+([\w$.]+)|^(?:export\s+)?(?:const|let|var)\s+([\w$]+)|^([\w$.]+)\s*=\s*(?:async\s*)?(?:function|\(|class)|^\s+([\w$]+)\s*:\s*(?:async\s*)?function/;

/** The name that a line defines; of a Markdown heading all of it. */
export function definedIn(path: string, line: string): string | undefined {
  if (isMarkdown(path)) return heading.test(line) ? line : undefined;
  return naming
    .exec(line)
    ?.slice(1)
    .find((name) => name !== undefined);
}
