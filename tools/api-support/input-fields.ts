import type { ServiceModel } from '../../src/aws/schema/service-model.ts';
import type { Shape } from '../../src/aws/schema/shape.ts';

/** One input field of an operation: a dotted path in which lists and maps leave no trace. */
export interface InputField {
  readonly path: string;
  /** Holds no further fields. */
  readonly isLeaf: boolean;
}

export function operationNames(model: ServiceModel): readonly string[] {
  return Object.keys(model.json.operations);
}

/** Every input field in the model's order, nested ones after what holds them. A shape inside itself is a leaf. */
export function inputFields(model: ServiceModel, operation: string): InputField[] {
  const shape = model.operation(operation)?.input;
  return shape === undefined ? [] : fieldsOf(shape, '', []);
}

function fieldsOf(shape: Shape, prefix: string, within: readonly string[]): InputField[] {
  if (shape.kind === 'list') return fieldsOf(shape.element.shape, prefix, within);
  if (shape.kind === 'map') return fieldsOf(shape.value.shape, prefix, within);
  if (shape.kind === 'simple' || within.includes(shape.name)) return [];
  return shape.members.flatMap((member) => {
    const path = `${prefix}${member.name}`;
    const inner = fieldsOf(member.shape, `${path}.`, [...within, shape.name]);
    return [{ path, isLeaf: inner.length === 0 }, ...inner];
  });
}
