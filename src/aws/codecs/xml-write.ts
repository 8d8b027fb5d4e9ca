import type { XmlNamespace } from '../schema/model-json.ts';
import type { Member, Shape, StructureShape } from '../schema/shape.ts';
import { isRecord } from './entries.ts';
import { writeText } from './text.ts';

/**
 * Writes a structure as an element.
 * @param attributes further attributes of the element, with a leading space, e.g. ` xmlns="..."`
 */
export function writeXml(shape: StructureShape, value: unknown, tag: string, attributes = ''): string {
  return `<${tag}${attributes}${attributesOf(shape, value)}>${writeXmlContent(shape, value)}</${tag}>`;
}

/** The child elements of a structure, without an element around them. */
export function writeXmlContent(shape: StructureShape, value: unknown): string {
  if (!isRecord(value)) return '';
  let content = '';
  for (const member of shape.members) {
    const item = value[member.name];
    if (item === undefined || item === null || member.traits.xmlAttribute !== undefined) continue;
    content += writeMember(member, item);
  }
  return content;
}

export function namespaceAttribute(namespace: XmlNamespace | undefined): string {
  if (namespace === undefined) return '';
  const [prefix, uri] = typeof namespace === 'string' ? ['', namespace] : namespace;
  return ` xmlns${prefix === '' ? '' : `:${prefix}`}="${escapeXml(uri)}"`;
}

/** Escapes character data and attribute values alike; line ends too where a parser would change them. */
export function escapeXml(text: string): string {
  return SPECIAL.test(text) ? text.replace(SPECIALS, escapeCharacter) : text;
}

const SPECIAL = /[&<>"\r\u0085\u2028]/;
const SPECIALS = new RegExp(SPECIAL, 'g');
const NAMED: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escapeCharacter(character: string): string {
  return NAMED[character] ?? `&#x${character.charCodeAt(0).toString(16).toUpperCase()};`;
}

function attributesOf(shape: StructureShape, value: unknown): string {
  if (!isRecord(value)) return '';
  let attributes = '';
  for (const { name, shape: target, traits } of shape.members) {
    const item = traits.xmlAttribute === undefined ? undefined : value[name];
    if (item === undefined || item === null) continue;
    attributes += ` ${traits.xmlName ?? name}="${escapeXml(writeText(target, item, 'date-time'))}"`;
  }
  return attributes;
}

function writeMember({ name, shape, traits }: Member, value: unknown): string {
  const tag = traits.xmlName ?? name;
  if (traits.xmlFlattened !== undefined && (shape.kind === 'list' || shape.kind === 'map')) {
    return writeItems(shape, value, tag);
  }
  return writeElement(shape, value, tag, namespaceAttribute(traits.xmlNamespace));
}

function writeElement(shape: Shape, value: unknown, tag: string, attributes = ''): string {
  switch (shape.kind) {
    case 'simple':
      return `<${tag}${attributes}>${escapeXml(writeText(shape, value, 'date-time'))}</${tag}>`;
    case 'structure':
      return writeXml(shape, value, tag, attributes);
    case 'list':
      return `<${tag}>${writeItems(shape, value, shape.element.traits.xmlName ?? 'member')}</${tag}>`;
    case 'map':
      return `<${tag}>${writeItems(shape, value, 'entry')}</${tag}>`;
  }
}

/** The elements of a list, or the entries of a map, each with the given tag. */
function writeItems(shape: Shape, value: unknown, tag: string): string {
  let items = '';
  if (shape.kind === 'list') {
    for (const item of value as Iterable<unknown>) {
      if (item !== undefined && item !== null) items += writeElement(shape.element.shape, item, tag);
    }
  } else if (shape.kind === 'map') {
    const keyTag = shape.key.traits.xmlName ?? 'key';
    const valueTag = shape.value.traits.xmlName ?? 'value';
    for (const [key, item] of Object.entries(value as object)) {
      if (item === undefined || item === null) continue;
      const written = writeElement(shape.value.shape, item, valueTag);
      items += `<${tag}><${keyTag}>${escapeXml(key)}</${keyTag}>${written}</${tag}>`;
    }
  }
  return items;
}
