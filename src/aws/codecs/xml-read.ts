import type { ListShape, MapShape, Member, Shape, StructureShape } from '../schema/shape.ts';
import { setEntry } from './entries.ts';
import { readText } from './text.ts';
import { unionError } from './union-error.ts';
import type { XmlElement } from './xml-parse.ts';

/** Reads an element's content as a structure. Unknown elements are left out. */
export function readXml(shape: StructureShape, element: XmlElement): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  const groups = groupByName(element.children);
  let count = 0;
  for (const member of shape.members) {
    const value = readMember(member, element, groups);
    if (value === undefined) continue;
    result[member.name] = value;
    count++;
  }
  if (shape.union && count !== 1) throw unionError(shape, count);
  return result;
}

function readMember(
  { name, shape, traits }: Member,
  parent: XmlElement,
  groups: ReadonlyMap<string, readonly XmlElement[]>,
): unknown {
  const tag = traits.xmlName ?? name;
  if (traits.xmlAttribute !== undefined) {
    const text = parent.attributes[tag];
    return text === undefined ? undefined : readText(shape, text, 'date-time');
  }
  const elements = groups.get(tag);
  const [first] = elements ?? [];
  if (elements === undefined || first === undefined) return undefined;
  if (traits.xmlFlattened !== undefined && shape.kind === 'list') return readItems(shape, elements);
  if (traits.xmlFlattened !== undefined && shape.kind === 'map') return readEntries(shape, elements);
  return readElement(shape, first);
}

function readElement(shape: Shape, element: XmlElement): unknown {
  switch (shape.kind) {
    case 'simple':
      return readText(shape, element.text, 'date-time');
    case 'structure':
      return readXml(shape, element);
    case 'list': {
      const tag = shape.element.traits.xmlName ?? 'member';
      return readItems(
        shape,
        element.children.filter((child) => child.name === tag),
      );
    }
    case 'map':
      return readEntries(
        shape,
        element.children.filter((child) => child.name === 'entry'),
      );
  }
}

function readItems(shape: ListShape, elements: readonly XmlElement[]): unknown[] {
  return elements.map((element) => readElement(shape.element.shape, element));
}

function readEntries(shape: MapShape, elements: readonly XmlElement[]): Record<string, unknown> {
  const keyTag = shape.key.traits.xmlName ?? 'key';
  const valueTag = shape.value.traits.xmlName ?? 'value';
  const result: Record<string, unknown> = {};
  for (const { children } of elements) {
    const key = children.find(({ name }) => name === keyTag);
    const value = children.find(({ name }) => name === valueTag);
    if (key !== undefined && value !== undefined) {
      setEntry(result, key.text, readElement(shape.value.shape, value));
    }
  }
  return result;
}

function groupByName(elements: readonly XmlElement[]): Map<string, XmlElement[]> {
  const groups = new Map<string, XmlElement[]>();
  for (const element of elements) {
    const group = groups.get(element.name);
    if (group === undefined) groups.set(element.name, [element]);
    else group.push(element);
  }
  return groups;
}
