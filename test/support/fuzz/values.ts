import * as fc from 'fast-check';
import type { ConstraintJson } from '../../../src/aws/schema/constraint-json.ts';
import type { Operation } from '../../../src/aws/schema/service-model.ts';
import type { Member, Shape, SimpleShape, StructureShape } from '../../../src/aws/schema/shape.ts';
import { compilePattern } from '../../../src/aws/validation/pattern.ts';
import { SENSIBLE, SENSIBLE_HERE, SENSIBLE_KEYS, UNWANTED, WANTED } from './texts.ts';

type Input = Record<string, unknown>;

/** Inputs as the model wants them, with things that exist and things that don't. */
export function sensibleInputs(operation: Operation): fc.Arbitrary<Input> {
  return structures(operation, operation.input);
}

function structures(operation: Operation, shape: StructureShape): fc.Arbitrary<Input> {
  const optional = shape.members.filter(({ required }) => !required).length;
  // Every field more is one more that may be refused before anything happens.
  const absent = Math.max(1, Math.ceil(optional / 3));
  const members: Record<string, fc.Arbitrary<unknown>> = {};
  for (const member of shape.members) {
    const constraint = constraintOf(operation, shape.name, member.name);
    const values = valuesOf(operation, member.name, member.shape, constraint);
    members[member.name] = member.required ? values : optionally(member.name, values, absent);
  }
  if (shape.union) return unions(shape.members, members);
  return fc.record(members).map(withoutAbsent);
}

function unions(
  choices: readonly Member[],
  members: Readonly<Record<string, fc.Arbitrary<unknown>>>,
): fc.Arbitrary<Input> {
  return fc
    .constantFrom(...choices)
    .chain(({ name }) => fc.record({ [name]: members[name] ?? fc.anything() }));
}

function optionally(
  name: string,
  values: fc.Arbitrary<unknown>,
  usuallyAbsent: number,
): fc.Arbitrary<unknown> {
  const absent = UNWANTED.has(name) ? 25 : usuallyAbsent;
  const weights = WANTED.has(name) ? ([1, 9] as const) : ([absent, 1] as const);
  return fc.oneof(
    { weight: weights[0], arbitrary: fc.constant(undefined) },
    { weight: weights[1], arbitrary: values },
  );
}

function withoutAbsent(input: Input): Input {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
}

function constraintOf(operation: Operation, structure: string, member: string): ConstraintJson | undefined {
  const { constraints, members } = operation.service.constraints;
  const index = members[structure]?.[member];
  return index === undefined ? undefined : constraints[index];
}

function valuesOf(
  operation: Operation,
  name: string,
  shape: Shape,
  constraint: ConstraintJson | undefined,
): fc.Arbitrary<unknown> {
  switch (shape.kind) {
    case 'structure':
      return structures(operation, shape);
    case 'list': {
      const elements = valuesOf(operation, name, shape.element.shape, constraint?.element);
      const minLength = Math.min(constraint?.min ?? 0, 3);
      return fc.array(elements, {
        minLength,
        maxLength: Math.max(minLength, Math.min(constraint?.max ?? 3, 3)),
      });
    }
    case 'map': {
      const keys = fc.constantFrom(...(SENSIBLE_KEYS[name] ?? ['a', 'b', '$']));
      return fc.dictionary(keys, valuesOf(operation, name, shape.value.shape, constraint?.element), {
        maxKeys: 3,
      });
    }
    case 'simple':
      return simpleValues(operation, name, shape, constraint);
  }
}

function simpleValues(
  operation: Operation,
  name: string,
  { type }: SimpleShape,
  constraint: ConstraintJson | undefined,
): fc.Arbitrary<unknown> {
  const known = (SENSIBLE_HERE[`${operation.name}.${name}`] ?? SENSIBLE[name] ?? []).filter((value) =>
    conforms(value, constraint),
  );
  const [best] = known;
  if (best !== undefined) {
    return fc.oneof(
      { weight: 2, arbitrary: fc.constant(best) },
      { weight: 1, arbitrary: fc.constantFrom(...known) },
    );
  }
  if (constraint?.enum !== undefined) return fc.constantFrom(...constraint.enum);
  switch (type) {
    case 'boolean':
      return fc.boolean();
    case 'number':
      return numbers(constraint);
    case 'bigint':
      return fc.integer();
    case 'blob':
      return fc.base64String({ maxLength: 40 });
    case 'timestamp':
    case 'epoch':
      return fc.constantFrom(0, 1_767_225_600, 1_767_225_600.5);
    case 'date-time':
    case 'http-date':
      return fc.constant('2026-01-01T00:00:00Z');
    case 'string':
    case 'stream':
    case 'document':
    case 'bigdecimal':
      return texts(constraint);
  }
}

/** What breaks a constraint never reaches the operation; hostile requests have enough of that. */
function conforms(value: unknown, { enum: allowed, pattern, min, max }: ConstraintJson = {}): boolean {
  if (typeof value === 'number') return value >= (min ?? value) && value <= (max ?? value);
  const text = String(value);
  if (allowed !== undefined) return allowed.includes(text);
  if (pattern === undefined) return true;
  return (
    compilePattern(pattern)?.test(text.replace(/@(\w+)@/g, (_, mark: string) => exampleOf(mark))) ?? true
  );
}

function exampleOf(mark: string): string {
  const place = 'us-east-1:000000000000';
  if (mark === 'functionArn') return `arn:aws:lambda:${place}:function:f`;
  if (mark === 'layerArn') return `arn:aws:lambda:${place}:layer:l`;
  if (mark === 'codeSigningArn') return `arn:aws:lambda:${place}:code-signing-config:csc-0123456789abcdefg`;
  return mark.toLowerCase().endsWith('version') ? '1' : 'name';
}

function numbers({ min, max, number }: ConstraintJson = {}): fc.Arbitrary<number> {
  const low = min ?? 0;
  const high = Math.max(low, max ?? 10_000);
  if (number === 'double') return fc.double({ min: low, max: high, noNaN: true });
  return fc.oneof(fc.constantFrom(low, high), fc.integer({ min: Math.ceil(low), max: Math.floor(high) }));
}

function texts({ min = 0, max = 40, pattern }: ConstraintJson = {}): fc.Arbitrary<string> {
  const plain = fc.string({ minLength: min, maxLength: Math.max(min, Math.min(max, 40)) });
  if (pattern === undefined) return plain;
  try {
    return fc.stringMatching(new RegExp(`^(?:${pattern})$`)).map((text) => text.slice(0, max));
  } catch {
    // Not every pattern can be turned round into texts.
    return plain;
  }
}
