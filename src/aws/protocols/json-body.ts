import { invalidRequestContent } from '../../model/lambda-errors.ts';
import { parseJson } from '../codecs/json-text.ts';
import { serializationError } from '../codecs/serialization-error.ts';
import type { Operation } from '../schema/service-model.ts';
import type { Shape } from '../schema/shape.ts';

/** Parses an operation's JSON body; text that is no JSON fails the way its service says it. */
export function parseJsonBody(operation: Operation, body: Uint8Array): unknown {
  try {
    return parseJson(body, needsBigInts(operation)) ?? {};
  } catch (error) {
    if (operation.service.name !== 'lambda')
      throw serializationError('Unable to parse the request body as JSON');
    const reason = error instanceof Error ? error.message : 'not valid JSON';
    throw invalidRequestContent(`Could not parse request body into json: ${reason}`);
  }
}

const known = new WeakMap<Operation, boolean>();

function needsBigInts(operation: Operation): boolean {
  const needs = known.get(operation) ?? holdsBigInt(operation.input, new Set());
  known.set(operation, needs);
  return needs;
}

function holdsBigInt(shape: Shape, seen: Set<Shape>): boolean {
  if (seen.has(shape)) return false;
  seen.add(shape);
  switch (shape.kind) {
    case 'simple':
      return shape.type === 'bigint';
    case 'structure':
      return shape.members.some((member) => holdsBigInt(member.shape, seen));
    case 'list':
      return holdsBigInt(shape.element.shape, seen);
    case 'map':
      return holdsBigInt(shape.value.shape, seen);
  }
}
