import { invalidPattern, type PatternReader } from './pattern-reader.ts';

/** Finds the values a selector points to: none, one, or with `[*]` several. */
export type Selector = (document: unknown) => unknown[];

type Step = { readonly key: string } | { readonly index: number } | 'every';

const NAME = /[\p{L}\p{N}_-]+/uy;
const INDEX = /\d+/y;

/** Reads `$.users[0].name`, `$['a.b'].c` or `$.list[*].id`. @throws ServiceError */
export function readSelector(reader: PatternReader): Selector {
  reader.expect('$');
  const steps: Step[] = [];
  for (let step = readStep(reader); step !== undefined; step = readStep(reader)) steps.push(step);
  const wildcards = steps.filter((step) => step === 'every').length;
  if (steps.length === 0 || wildcards > 1) throw invalidPattern();
  return (document) =>
    steps.reduce<unknown[]>((values, step) => values.flatMap((value) => follow(value, step)), [document]);
}

function readStep(reader: PatternReader): Step | undefined {
  const dotted = reader.take('.');
  if (reader.take('[')) return readBracket(reader);
  if (!dotted) return undefined;
  const key = reader.match(NAME);
  if (key === '') throw reader.unexpected();
  return { key };
}

function readBracket(reader: PatternReader): Step {
  const step = bracketStep(reader);
  reader.expect(']');
  return step;
}

function bracketStep(reader: PatternReader): Step {
  if (reader.take('*')) return 'every';
  const key = reader.quoted("'") ?? reader.quoted();
  if (key !== undefined) return { key };
  reader.skipSpace();
  const index = reader.match(INDEX);
  if (index === '') throw reader.unexpected();
  return { index: Number(index) };
}

function follow(value: unknown, step: Step): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  if (step === 'every') return Array.isArray(value) ? (value as unknown[]) : [];
  if ('index' in step) return Array.isArray(value) && step.index < value.length ? [value[step.index]] : [];
  if (Array.isArray(value) || !Object.hasOwn(value, step.key)) return [];
  return [(value as Record<string, unknown>)[step.key]];
}
