/** The way to a value in an event: `$.detail.items[0]['a name']`, step by step. */
export type JsonPath = readonly (string | number)[];

const STEP = /^(?:\.([A-Za-z0-9_-]+)|\[(\d{1,9})\]|\['((?:[^'\\]|\\.)*)'\]|\["((?:[^"\\]|\\.)*)"\])/;

/** Undefined for what is no path, or has steps that lead to several values. */
export function parseJsonPath(text: string): JsonPath | undefined {
  if (!text.startsWith('$')) return undefined;
  const path: (string | number)[] = [];
  let rest = text.slice(1);
  while (rest !== '') {
    const [step, name, index, single, double] = STEP.exec(rest) ?? [];
    if (step === undefined) return undefined;
    path.push(
      index === undefined ? (name ?? (single ?? double ?? '').replaceAll(/\\(.)/g, '$1')) : Number(index),
    );
    rest = rest.slice(step.length);
  }
  return path;
}

/** Undefined where there is nothing. */
export function valueAt(value: unknown, path: JsonPath): unknown {
  let found = value;
  for (const step of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, step)) return undefined;
    found = (found as Readonly<Record<string | number, unknown>>)[step];
  }
  return found;
}
