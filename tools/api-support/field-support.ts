import type { Field } from './operation-fields.ts';
import type { OperationSupport } from './support-table.ts';

export type FieldSupport =
  | { readonly kind: 'works'; readonly proof: string }
  | { readonly kind: 'descriptive' }
  | { readonly kind: 'refused'; readonly path: string }
  | { readonly kind: 'refused-whole' }
  | { readonly kind: 'idle' };

/**
 * What the table says of each leaf field; undefined where it says nothing. A field that holds others is what they are.
 * @param operation in the API's spelling
 */
export function declaredFields(
  operation: string,
  support: OperationSupport,
): ReadonlyMap<string, FieldSupport> {
  const declared = new Map<string, FieldSupport>();
  for (const path of support.works) declared.set(path, { kind: 'works', proof: ownTest(operation) });
  for (const [proof, paths] of Object.entries(support.proven)) {
    for (const path of paths) declared.set(path, { kind: 'works', proof });
  }
  for (const path of support.descriptive) declared.set(path, { kind: 'descriptive' });
  for (const path of support.idle) declared.set(path, { kind: 'idle' });
  for (const path of Object.keys(support.refused)) declared.set(path, { kind: 'refused', path });
  return declared;
}

/** What holds for one field of the model. */
export function supportOf(
  field: Field,
  support: OperationSupport,
  declared: ReadonlyMap<string, FieldSupport>,
): FieldSupport | undefined {
  if (support['refused-whole'] !== undefined) return { kind: 'refused-whole' };
  const parts = field.path.split('.');
  for (let length = parts.length; length > 0; length -= 1) {
    const found = declared.get(parts.slice(0, length).join('.'));
    if (found !== undefined && (length === parts.length || found.kind === 'refused')) return found;
  }
  if (field.isLeaf) return undefined;
  const inner = [...declared].filter(([path]) => path.startsWith(`${field.path}.`)).map(([, found]) => found);
  return inner.find(({ kind }) => kind === 'works') ?? inner[0];
}

/** `CreateFunction` -> `create-function.test.ts` */
export function ownTest(operation: string): string {
  return `${operation.replaceAll(/([a-z])([A-Z])/g, '$1-$2').toLowerCase()}.test.ts`;
}
