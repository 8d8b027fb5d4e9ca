import type { NormalizedSchema } from '@smithy/core/schema';
import type { Random } from './random.ts';
import { membersOf, requiredMembers, traitsOf } from './sdk-services.ts';
import type { SdkService } from './sdk-services.ts';

/** Where a value travels: it decides which characters may be in it. */
type Place = 'body' | 'label' | 'greedy-label' | 'query' | 'header';

const TEXT: Readonly<Record<Place, string>> = {
  body: 'abcXYZ019 \\"<>&é日🎉\n\t\u0001+=%/',
  label: 'abcXYZ019-_ :+é&=?#%/',
  'greedy-label': 'abcXYZ019-_ :+é&=?#%/',
  query: 'abcXYZ019 \\"<>&é日🎉+=%/',
  header: 'abcXYZ019-_./:',
};
const XML_TEXT = 'abc XYZ019<>&"\'é日🎉\n\t+=%/';
const KEY_TEXT = 'abcxyz';

/** How many levels down optional members are still filled, and recursive shapes are still followed. */
const DEEPEST_OPTIONAL = 5;
const DEEPEST_STRUCTURE = 8;

/** Events of an output event stream, to be sent one after the other. */
export class EventSequence {
  readonly events: readonly unknown[];

  constructor(events: readonly unknown[]) {
    this.events = events;
  }
}

/** Makes random values for the shapes of one service. */
export class ValueGenerator {
  readonly #random: Random;
  readonly #service: SdkService;

  constructor(random: Random, service: SdkService) {
    this.#random = random;
    this.#service = service;
  }

  /** An operation's input, output or an error: its members are in different places. */
  top(schema: NormalizedSchema, status: number): Record<string, unknown> {
    const required = requiredMembers(schema);
    const value: Record<string, unknown> = {};
    for (const [name, member] of membersOf(schema)) {
      const traits = traitsOf(member);
      // S3's client takes an answer without its XML document for one that was cut off.
      const isDocument = traits['httpPayload'] !== undefined && member.isStructSchema();
      const isNeeded = required.has(name) || isDocument || traits['httpLabel'] !== undefined;
      if (traits['httpResponseCode'] !== undefined) value[name] = status;
      else if (member.isStreaming() && member.isStructSchema()) {
        value[name] = new EventSequence(Array.from({ length: 3 }, () => this.#value(member, 'body', 1)));
      } else if (isNeeded || this.#random.chance(0.7)) {
        value[name] = this.#value(member, placeOf(name, traits), 1);
      }
    }
    return value;
  }

  #value(schema: NormalizedSchema, place: Place, depth: number): unknown {
    if (schema.isUnionSchema()) return this.#union(schema, place, depth);
    if (schema.isStructSchema()) return this.#structure(schema, place, depth);
    if (schema.isListSchema()) {
      const length = 1 + this.#random.below(2);
      return Array.from({ length }, () => this.#value(schema.getValueSchema(), place, depth + 1));
    }
    if (schema.isMapSchema()) return this.#map(schema, place, depth);
    if (schema.isBlobSchema()) return new Uint8Array(Buffer.from(`${this.#text('body')}.`));
    if (schema.isTimestampSchema()) return new Date(this.#random.below(2e9) * 1000);
    if (schema.isBooleanSchema()) return this.#random.chance(0.5);
    if (schema.isNumericSchema()) return this.#random.below(1e6);
    if (schema.isBigIntegerSchema()) return 2n ** 60n + BigInt(this.#random.below(1e6));
    return this.#text(place);
  }

  #union(schema: NormalizedSchema, place: Place, depth: number): Record<string, unknown> {
    // The exceptions of an event stream end it: they are no ordinary values.
    const members = membersOf(schema).filter(
      ([, member]) => traitsOf(member)['error'] === undefined && !this.#isInvisible(member),
    );
    const flat = members.filter(([, member]) => !member.isStructSchema() && !member.isListSchema());
    const [name, member] = this.#random.pick(depth < 6 || flat.length === 0 ? members : flat);
    return { [name]: this.#value(member, place, depth + 1) };
  }

  /** A structure without members has no form parameter at all. */
  #isInvisible(schema: NormalizedSchema): boolean {
    return this.#service.isQuery && schema.isStructSchema() && membersOf(schema).length === 0;
  }

  #structure(schema: NormalizedSchema, place: Place, depth: number): Record<string, unknown> {
    const required = requiredMembers(schema);
    const members = membersOf(schema);
    const value: Record<string, unknown> = {};
    for (const [name, member] of members) {
      const isWanted = depth < DEEPEST_OPTIONAL && this.#random.chance(0.45);
      if (required.has(name) ? depth < DEEPEST_STRUCTURE + 1 : isWanted) {
        value[name] = this.#value(member, place, depth + 1);
      }
    }
    // In the form protocols and XML an empty structure is no different from an absent one.
    const [first] = members.filter(([, member]) => depth <= DEEPEST_STRUCTURE || !member.isStructSchema());
    if (Object.keys(value).length === 0 && first !== undefined) {
      value[first[0]] = this.#value(first[1], place, depth + 1);
    }
    return value;
  }

  #map(schema: NormalizedSchema, place: Place, depth: number): Record<string, unknown> {
    const isPlain = place !== 'body' || this.#service.isQuery;
    const entry = (): [string, unknown] => [
      isPlain ? this.#random.text(KEY_TEXT) : `k${this.#random.text(TEXT.header)}`,
      this.#value(schema.getValueSchema(), place, depth + 1),
    ];
    return Object.fromEntries([entry(), entry()]);
  }

  #text(place: Place): string {
    const text = this.#random.text(place === 'body' && this.#service.isXml ? XML_TEXT : TEXT[place]);
    if (place === 'greedy-label') return `k${text.replace(/\/+/g, '/')}z`;
    if (place === 'label') return `l${text}z`;
    // White space at the ends of XML text is for the SDK's parser to keep or drop.
    return place === 'body' && this.#service.isXml ? `a${text}b` : text;
  }
}

function placeOf(name: string, traits: Readonly<Record<string, unknown>>): Place {
  if (traits['httpLabel'] !== undefined) return name === 'Key' ? 'greedy-label' : 'label';
  if (traits['httpQuery'] !== undefined || traits['httpQueryParams'] !== undefined) return 'query';
  if (traits['httpHeader'] !== undefined || traits['httpPrefixHeaders'] !== undefined) return 'header';
  return 'body';
}
