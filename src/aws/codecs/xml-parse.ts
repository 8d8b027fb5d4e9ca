import { serializationError } from './serialization-error.ts';

/** One element of an XML document, its prefix taken off. */
export interface XmlElement {
  readonly name: string;
  /** By name as written, prefix included. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: XmlElement[];
  /** Character data directly inside, all of it together. */
  text: string;
}

const DEEPEST = 200;
const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/**
 * Parses an XML document as AWS clients send it: elements, attributes, text, CDATA. Document types are refused, and
 * with them every kind of entity but the predefined ones. Throws SerializationException.
 */
export function parseXml(body: Uint8Array): XmlElement {
  return new Parser(Buffer.from(body.buffer, body.byteOffset, body.length).toString('utf8')).document();
}

export function malformedXml(): Error {
  return serializationError('The XML you provided was not well-formed');
}

class Parser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): XmlElement {
    const top: XmlElement = { name: '', attributes: {}, children: [], text: '' };
    const stack = [top];
    while (this.#at < this.#text.length) {
      const current = stack.at(-1) ?? top;
      if (this.#text[this.#at] !== '<') this.#characters(current);
      else if (this.#skipped()) continue;
      else if (this.#takes('<![CDATA[')) current.text += this.#until(']]>');
      else if (this.#takes('</')) this.#close(stack);
      else this.#open(current, stack);
    }
    const [root] = top.children;
    if (stack.length !== 1 || root === undefined || top.children.length !== 1 || top.text.trim() !== '') {
      throw malformedXml();
    }
    return root;
  }

  #takes(token: string): boolean {
    if (!this.#text.startsWith(token, this.#at)) return false;
    this.#at += token.length;
    return true;
  }

  /** Everything up to `end`, which is passed over. */
  #until(end: string): string {
    const found = this.#text.indexOf(end, this.#at);
    if (found < 0) throw malformedXml();
    const text = this.#text.slice(this.#at, found);
    this.#at = found + end.length;
    return text;
  }

  /** Passes over declarations, processing instructions and comments. */
  #skipped(): boolean {
    if (this.#takes('<?')) this.#until('?>');
    else if (this.#takes('<!--')) this.#until('-->');
    else return false;
    return true;
  }

  #characters(current: XmlElement): void {
    const next = this.#text.indexOf('<', this.#at);
    const end = next < 0 ? this.#text.length : next;
    current.text += unescapeXml(this.#text.slice(this.#at, end).replace(/\r\n?/g, '\n'));
    this.#at = end;
  }

  #close(stack: XmlElement[]): void {
    const name = localName(this.#until('>').trim());
    if (stack.length < 2 || stack.pop()?.name !== name) throw malformedXml();
  }

  #open(parent: XmlElement, stack: XmlElement[]): void {
    const tag = START_TAG;
    tag.lastIndex = this.#at;
    const match = tag.exec(this.#text);
    if (match === null || stack.length > DEEPEST) throw malformedXml();
    this.#at = tag.lastIndex;
    const [, name = '', attributes = '', slash] = match;
    const element: XmlElement = {
      name: localName(name),
      attributes: attributes === '' ? NO_ATTRIBUTES : parseAttributes(attributes),
      children: [],
      text: '',
    };
    parent.children.push(element);
    if (slash !== '/') stack.push(element);
  }
}

const NO_ATTRIBUTES: Readonly<Record<string, string>> = Object.freeze({});
const START_TAG = /<([^\s/<>!?="']+)((?:\s+[^\s=/<>"']+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/y;

function parseAttributes(text: string): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const [, name = '', double, single] of text.matchAll(/([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)) {
    attributes[name] = unescapeXml(double ?? single ?? '');
  }
  return attributes;
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

function unescapeXml(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(
    /&(?:#x([\da-f]{1,6})|#(\d{1,7})|(\w{1,8}));/gi,
    (whole, hex, decimal, name: string) => {
      if (name !== undefined) return ENTITIES[name] ?? whole;
      const code = hex === undefined ? Number(decimal) : Number.parseInt(String(hex), 16);
      if (code > 0x10ffff) throw malformedXml();
      return String.fromCodePoint(code);
    },
  );
}
