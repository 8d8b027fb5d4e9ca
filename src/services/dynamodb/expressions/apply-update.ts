import { validation } from '../dynamodb-errors.ts';
import { type AttributeValue, emptyItem, type Item } from '../values/attribute-value.ts';
import { type DocumentPath, stepInto, valueAt } from './document-path.ts';
import type { Update } from './update.ts';
import { added, type Change, withoutMembers, wrongOperand, wrongType } from './update-values.ts';

type Step = string | number;

/**
 * The item after an update. All values are taken from the item as it was before. Throws ValidationException when a path leads
 * through what is not there, or an operand is not what its operator works on.
 */
export function applyUpdate(before: Item, { changes, isOld }: Update): Item {
  const onMismatch = isOld === true ? wrongType : wrongOperand;
  const values = changes.map((change) => newValue(before, change, onMismatch));
  let after: AttributeValue = { M: before };
  for (const [index, { path, type }] of changes.entries()) {
    const value = values[index];
    // Positions in lists are those of before: elements go last, from the end of each list.
    if (value !== undefined) after = withValue(after, path, value);
    else if (type !== 'remove') after = withoutValue(after, path);
  }
  const removed = changes.filter(({ type }) => type === 'remove').map(({ path }) => path);
  for (const path of removed.toSorted(byPositionDescending)) after = withoutValue(after, path);
  return after.M;
}

/** Undefined: nothing will be there. */
function newValue(before: Item, change: Change, onMismatch: () => never): AttributeValue | undefined {
  switch (change.type) {
    case 'set':
      return change.valueOf(before);
    case 'remove':
      return undefined;
    case 'add':
      return added(valueAt(before, change.path), change.value, onMismatch);
    case 'delete': {
      const value = valueAt(before, change.path);
      return value && withoutMembers(value, change.value, onMismatch);
    }
  }
}

function withValue(container: { M: Item }, path: DocumentPath, value: AttributeValue): { M: Item } {
  return setAt(container, path, value) as { M: Item };
}

function setAt(
  container: AttributeValue,
  [step, ...rest]: readonly Step[],
  value: AttributeValue,
): AttributeValue {
  if (step === undefined) return value;
  const inner = rest.length === 0 ? value : setAt(stepInto(container, step) ?? invalidPath(), rest, value);
  if (typeof step === 'number' && 'L' in container) {
    return { L: step < container.L.length ? container.L.with(step, inner) : [...container.L, inner] };
  }
  if (typeof step === 'string' && 'M' in container) {
    return { M: Object.assign(emptyItem(), container.M, { [step]: inner }) };
  }
  return invalidPath();
}

function withoutValue(container: { M: Item }, path: DocumentPath): { M: Item } {
  return removeAt(container, path) as { M: Item };
}

function removeAt(container: AttributeValue, [step, ...rest]: readonly Step[]): AttributeValue {
  if (step === undefined) return container;
  const isList = typeof step === 'number' && 'L' in container;
  const isMap = typeof step === 'string' && 'M' in container;
  if (!isList && !isMap) return invalidPath();
  const inner = stepInto(container, step);
  if (rest.length > 0) return setAt(container, [step], removeAt(inner ?? invalidPath(), rest));
  if (inner === undefined) return container;
  if (isList) return { L: container.L.toSpliced(step, 1) };
  const { [step as string]: _, ...others } = (container as { M: Item }).M;
  return { M: Object.assign(emptyItem(), others) };
}

function invalidPath(): never {
  throw validation('The document path provided in the update expression is invalid for update');
}

function byPositionDescending(a: DocumentPath, b: DocumentPath): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const [one, other] = [a[index], b[index]];
    if (one === other) continue;
    return typeof one === 'number' && typeof other === 'number' ? other - one : 0;
  }
  return b.length - a.length;
}
