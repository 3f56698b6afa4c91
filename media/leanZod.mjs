import { readFile } from 'node:fs/promises';

/**
 * Our files import zod by its one name, which brings every part and language of it into a bundle.
 * Imported as a module's names, only what is used comes along.
 */
export const leanZod = {
  name: 'lean-zod',
  setup(bundle) {
    bundle.onLoad({ filter: /[\\/](?:media|src)[\\/].*\.tsx?$/ }, async ({ path }) => {
      if (path.includes('node_modules')) return undefined;
      const source = await readFile(path, 'utf8');
      return {
        contents: source
          .replace("import { z } from 'zod';", "import * as z from 'zod';")
          .replace(
            /import \{ ((?:\w+, )+)z \} from 'zod';/,
            "import * as z from 'zod'; import { $1 } from 'zod';",
          ),
        loader: path.endsWith('x') ? 'tsx' : 'ts',
      };
    });
  },
};
