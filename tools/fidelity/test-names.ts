/**
 * The operation that a test file is about: the one whose name in kebab case is the file's name, or begins it.
 * `create-function-layers.test.ts` is about CreateFunction; the longest name wins.
 */
export function operationOfFile(file: string, operations: readonly string[]): string | undefined {
  const base = (file.split('/').at(-1) ?? '').replace(/\.test\.ts$/, '');
  const fits = operations.filter((operation) => `${base}-`.startsWith(`${kebabCase(operation)}-`));
  return fits.toSorted((a, b) => b.length - a.length)[0];
}

/** `GetLayerVersionByArn` is `get-layer-version-by-arn`. */
export function kebabCase(operation: string): string {
  return operation.replaceAll(/(?<=[\da-z])(?=[A-Z])/g, '-').toLowerCase();
}

const LAST_TAG = /\s*\[([A-Za-z][\w.-]*(?:,\s*[A-Za-z][\w.-]*)*)\]$/;

/**
 * The behaviours a test's title says it proves, by the brackets at its end: `... [publish] [versions-stay]`, or
 * `... [publish, versions-stay]`. A behaviour of another operation goes by `[Invoke.pending]`.
 */
export function behavioursInTitle(title: string): string[] {
  const tag = LAST_TAG.exec(title);
  if (tag === null) return [];
  const ids = (tag[1] ?? '').split(',').map((id) => id.trim());
  return [...behavioursInTitle(title.slice(0, tag.index)), ...ids];
}
