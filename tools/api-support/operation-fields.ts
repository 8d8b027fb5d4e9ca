import type { ServiceModel } from '../../src/aws/schema/service-model.ts';
import type { Shape } from '../../src/aws/schema/shape.ts';

/** One field of an operation's input or output: a dotted path in which lists and maps leave no trace. */
export interface Field {
  readonly path: string;
  /** Holds no further fields. */
  readonly isLeaf: boolean;
}

export function operationNames(model: ServiceModel): readonly string[] {
  return Object.keys(model.json.operations);
}

/** Every input field in the model's order, nested ones after what holds them. A shape inside itself is a leaf. */
export function inputFields(model: ServiceModel, operation: string): Field[] {
  const shape = model.operation(operation)?.input;
  return shape === undefined ? [] : fieldsOf(shape, '', []);
}

/** Likewise what it answers. */
export function outputFields(model: ServiceModel, operation: string): Field[] {
  const shape = model.operation(operation)?.output;
  return shape === undefined ? [] : fieldsOf(shape, '', []);
}

function fieldsOf(shape: Shape, prefix: string, within: readonly string[]): Field[] {
  if (shape.kind === 'list') return fieldsOf(shape.element.shape, prefix, within);
  if (shape.kind === 'map') return fieldsOf(shape.value.shape, prefix, within);
  if (shape.kind === 'simple' || within.includes(shape.name)) return [];
  return shape.members.flatMap((member) => {
    const path = `${prefix}${member.name}`;
    const inner = fieldsOf(member.shape, `${path}.`, [...within, shape.name]);
    return [{ path, isLeaf: inner.length === 0 }, ...inner];
  });
}
