/** How Lambda should run a package, and from which file that was guessed. */
export interface Guess {
  readonly runtime: string;
  readonly handler: string;
  readonly because: string;
}

/** What the guess may look at. */
export interface PackageContent {
  readonly paths: ReadonlySet<string>;
  /** Text of a file in the package. */
  readonly read: (path: string) => string;
}

const nodeRuntime = 'nodejs22.x';
const pythonRuntime = 'python3.13';
const nodeFile = /\.(mjs|cjs|js)$/;
const pythonFiles = ['lambda_function.py', 'app.py', 'main.py'];

/**
 * Guesses runtime and handler from the files of a package; undefined when nothing tells.
 * @param handler given by the user: then only the runtime is guessed, from the file the handler names
 */
export function guessFunction(content: PackageContent, handler?: string): Guess | undefined {
  if (content.paths.has('bootstrap')) {
    return { runtime: 'provided.al2023', handler: handler ?? 'bootstrap', because: 'bootstrap' };
  }
  if (handler !== undefined) return guessRuntime(content, handler);
  return guessNode(content) ?? guessPython(content);
}

function guessRuntime({ paths }: PackageContent, handler: string): Guess | undefined {
  const stem = handler.slice(0, handler.lastIndexOf('.'));
  const script = ['mjs', 'js', 'cjs']
    .map((extension) => `${stem}.${extension}`)
    .find((path) => paths.has(path));
  if (script !== undefined) return { runtime: nodeRuntime, handler, because: script };
  // Python handlers name folders with dots or with slashes.
  const module = [stem, stem.replaceAll('.', '/')]
    .map((name) => `${name}.py`)
    .find((path) => paths.has(path));
  return module === undefined ? undefined : { runtime: pythonRuntime, handler, because: module };
}

function guessNode(content: PackageContent): Guess | undefined {
  const main = mainOf(content);
  const file = [main, 'index.mjs', 'index.js', 'index.cjs'].find((path) => path && content.paths.has(path));
  if (file === undefined) return undefined;
  const because = file === main ? `main of package.json (${file})` : file;
  return { runtime: nodeRuntime, handler: `${file.replace(nodeFile, '')}.handler`, because };
}

function mainOf({ paths, read }: PackageContent): string | undefined {
  if (!paths.has('package.json')) return undefined;
  try {
    const { main }: { main?: unknown } = JSON.parse(read('package.json'));
    if (typeof main !== 'string') return undefined;
    const path = main.replace(/^\.\//, '');
    return nodeFile.test(path) ? path : [`${path}.js`, `${path}/index.js`].find((file) => paths.has(file));
  } catch {
    return undefined;
  }
}

function guessPython({ paths, read }: PackageContent): Guess | undefined {
  const file = pythonFiles.find((path) => paths.has(path));
  if (file === undefined) return undefined;
  const text = read(file);
  const names = ['lambda_handler', 'handler', 'main'];
  const name = names.find((candidate) =>
    new RegExp(`^(def ${candidate}\\(|${candidate}\\s*=)`, 'm').test(text),
  );
  return {
    runtime: pythonRuntime,
    handler: `${file.slice(0, -3)}.${name ?? 'lambda_handler'}`,
    because: file,
  };
}
