import type { NormalizedSchema } from '@smithy/core/schema';
import type {
  MemberJson,
  MemberTraits,
  ShapeJson,
  ShapeReference,
  ShapeTraits,
  SimpleType,
} from '../../src/aws/schema/model-json.ts';

const SIMPLE_TYPES: Readonly<Record<number, SimpleType>> = {
  0: 'string',
  1: 'number',
  2: 'boolean',
  4: 'timestamp',
  5: 'date-time',
  6: 'http-date',
  7: 'epoch',
  15: 'document',
  17: 'bigint',
  19: 'bigdecimal',
  21: 'blob',
  42: 'stream',
};

const MEMBER_TRAITS = [
  'httpLabel',
  'httpQuery',
  'httpQueryParams',
  'httpHeader',
  'httpPrefixHeaders',
  'httpPayload',
  'httpResponseCode',
  'jsonName',
  'xmlName',
  'xmlAttribute',
  'xmlFlattened',
  'xmlNamespace',
  'ec2QueryName',
  'streaming',
  'eventHeader',
  'eventPayload',
  'sensitive',
] as const satisfies readonly (keyof MemberTraits)[];

const SHAPE_TRAITS = [
  'xmlName',
  'xmlNamespace',
  'error',
  'httpError',
  'awsQueryError',
] as const satisfies readonly (keyof ShapeTraits)[];

/** Collects the shapes reachable from a service's operations, each once, as plain JSON. */
export class ShapeTable {
  readonly shapes: ShapeJson[] = [];
  readonly #indexByKey = new Map<string, number>();

  /** Adds a structure (and all it reaches); undefined for the empty "unit" shape. */
  addStructure(schema: NormalizedSchema): number | undefined {
    return schema.isUnitSchema() ? undefined : this.#structure(schema);
  }

  #structure(schema: NormalizedSchema): number {
    const key = schema.getName(true) ?? '';
    const known = this.#indexByKey.get(key);
    if (known !== undefined) return known;
    const index = this.#reserve(key);
    const raw = schema.getSchema() as unknown as readonly unknown[];
    const members: Record<string, MemberJson> = {};
    for (const [name, member] of schema.structIterator()) members[name] = this.#member(member);
    const traits = pickTraits(schema.getOwnTraits(), SHAPE_TRAITS);
    this.shapes[index] = {
      structure: schema.getName() ?? '',
      ...(schema.isUnionSchema() ? { union: 1 } : {}),
      members,
      ...(typeof raw[6] === 'number' && raw[6] > 0 ? { required: raw[6] } : {}),
      ...(traits === undefined ? {} : { traits }),
    };
    return index;
  }

  #member(schema: NormalizedSchema): MemberJson {
    const traits = pickTraits(schema.getMergedTraits(), MEMBER_TRAITS);
    const reference = this.#reference(schema);
    return traits === undefined ? reference : [reference, traits];
  }

  #reference(schema: NormalizedSchema): ShapeReference {
    if (schema.isStructSchema()) return this.#structure(schema);
    if (schema.isListSchema())
      return this.#collection(schema, () => ({ list: this.#member(schema.getValueSchema()) }));
    if (schema.isMapSchema()) {
      return this.#collection(schema, () => ({
        map: [this.#member(schema.getKeySchema()), this.#member(schema.getValueSchema())],
      }));
    }
    const simple = SIMPLE_TYPES[schema.getSchema() as number];
    if (simple === undefined) throw new Error(`${schema.getName(true)} is of a type unknown here.`);
    return simple;
  }

  /** Lists and maps may be recursive through structures only, so they can be built before they get an index. */
  #collection(schema: NormalizedSchema, build: () => ShapeJson): number {
    const named = typeof schema.getSchema() === 'number' ? undefined : schema.getName(true);
    const known = named === undefined ? undefined : this.#indexByKey.get(named);
    if (known !== undefined) return known;
    if (named !== undefined) {
      const index = this.#reserve(named);
      this.shapes[index] = withSparseness(schema, build());
      return index;
    }
    const shape = withSparseness(schema, build());
    const key = JSON.stringify(shape);
    const index = this.#indexByKey.get(key) ?? this.#reserve(key);
    this.shapes[index] = shape;
    return index;
  }

  #reserve(key: string): number {
    const index = this.shapes.length;
    this.#indexByKey.set(key, index);
    this.shapes.push({ structure: key, members: {} });
    return index;
  }
}

function withSparseness(schema: NormalizedSchema, shape: ShapeJson): ShapeJson {
  const { sparse } = schema.getMergedTraits() as { sparse?: number };
  return sparse === undefined ? shape : { ...shape, sparse: 1 };
}

/** The traits the wire layer reads; undefined when there are none. */
function pickTraits(traits: object, names: readonly string[]): (MemberTraits & ShapeTraits) | undefined {
  const kept = Object.entries(traits).filter(([name]) => names.includes(name));
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}
