import type { ListShape, MapShape, Member, Shape, StructureShape } from '../schema/shape.ts';
import { setEntry } from './entries.ts';
import { numbered } from './query-form.ts';
import type { FormNode } from './query-form.ts';
import { readText } from './text.ts';

/** The two query protocols name things differently; EC2's has no wrapper around list items. */
export type QueryDialect = 'aws' | 'ec2';

export function readQuery(
  shape: StructureShape,
  node: FormNode,
  dialect: QueryDialect,
): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const member of shape.members) {
    const child = node.children.get(parameterName(member, dialect));
    const value = child === undefined ? undefined : readValue(member, child, dialect);
    if (value !== undefined) result[member.name] = value;
  }
  return result;
}

function parameterName({ name, traits }: Member, dialect: QueryDialect): string {
  const base = traits.xmlName ?? name;
  if (dialect === 'aws') return base;
  return traits.ec2QueryName ?? base.charAt(0).toUpperCase() + base.slice(1);
}

function readValue(member: Member, node: FormNode, dialect: QueryDialect): unknown {
  const { shape, traits } = member;
  const flat = dialect === 'ec2' || traits.xmlFlattened !== undefined;
  switch (shape.kind) {
    case 'simple':
      return readSimple(shape, node);
    case 'structure':
      return readQuery(shape, node, dialect);
    case 'list':
      return readList(shape, node, flat, dialect);
    case 'map':
      return readMap(shape, node, flat, dialect);
  }
}

function readSimple(shape: Shape, node: FormNode): unknown {
  return node.value === undefined ? undefined : readText(shape, node.value, 'date-time');
}

/** Servers take a list with its wrapper, with the standard wrapper, and without one: `Tags.member.1`, `Tags.1`. */
function readList(shape: ListShape, node: FormNode, flat: boolean, dialect: QueryDialect): unknown[] {
  const tag = shape.element.traits.xmlName ?? 'member';
  const items = flat ? node : (node.children.get(tag) ?? node.children.get('member') ?? node);
  return numbered(items).flatMap((item) => {
    const value = readValue(shape.element, item, dialect);
    return value === undefined ? [] : [value];
  });
}

function readMap(
  shape: MapShape,
  node: FormNode,
  flat: boolean,
  dialect: QueryDialect,
): Record<string, unknown> {
  const keyName = shape.key.traits.xmlName ?? 'key';
  const valueName = shape.value.traits.xmlName ?? 'value';
  const entries = flat ? node : (node.children.get('entry') ?? node);
  const result: Record<string, unknown> = {};
  for (const entry of numbered(entries)) {
    const key = entry.children.get(keyName)?.value;
    const child = entry.children.get(valueName);
    const value = child === undefined ? undefined : readValue(shape.value, child, dialect);
    if (key !== undefined && value !== undefined) setEntry(result, key, value);
  }
  return result;
}
