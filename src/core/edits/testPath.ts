/** Where tests of a file are expected, by the usual form of its language. Pure; `path` has forward slashes. */
export function testPathFor(path: string): string {
  const at = path.lastIndexOf('/') + 1;
  const [folder, file] = [path.slice(0, at), path.slice(at)];
  const dot = file.lastIndexOf('.');
  const [name, ending] = dot <= 0 ? [file, ''] : [file.slice(0, dot), file.slice(dot)];
  switch (ending) {
    case '.py':
      return `${folder}test_${name}${ending}`;
    case '.go':
    case '.rb':
      return `${folder}${name}_test${ending}`;
    case '.java':
    case '.kt':
    case '.cs':
      return `${folder}${name}Test${ending}`;
    default:
      return `${folder}${name}.test${ending}`;
  }
}
