import type { MemberJson, ModelJson, ShapeReference, SimpleType, StructureJson } from './model-json.ts';
import { structureOf } from './shape.ts';
import type { Member, Shape, SimpleShape, StructureShape } from './shape.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * Makes linked shapes out of a model's numbered ones, each when it is first asked for: an invoke never pays for the
 * eight hundred operations of another service, nor for the other operations of its own.
 */
export class ShapeLinker {
  readonly #model: ModelJson;
  readonly #linked = new Map<number, Shape>();
  readonly #simple = new Map<SimpleType, SimpleShape>();

  constructor(model: ModelJson) {
    this.#model = model;
  }

  /** The structure at an index of the model; an empty one of the given name when there is no index. */
  structure(index: number | undefined, nameWhenAbsent: string): StructureShape {
    if (index === undefined) return structureOf(nameWhenAbsent, []);
    const shape = this.#shape(index);
    if (shape.kind !== 'structure') throw new Error(`Shape ${index} of ${this.#model.name} is no structure.`);
    return shape;
  }

  #shape(reference: ShapeReference): Shape {
    if (typeof reference === 'string') return this.#simpleShape(reference);
    const known = this.#linked.get(reference);
    if (known !== undefined) return known;
    const json = this.#model.shapes[reference];
    if (json === undefined) throw new Error(`The model of ${this.#model.name} has no shape ${reference}.`);
    if ('structure' in json) return this.#structure(reference, json);
    // Registered before it is filled: shapes refer to themselves.
    const shape: Mutable<Shape> = { kind: 'list', sparse: json.sparse === 1 } as Mutable<Shape>;
    this.#linked.set(reference, shape);
    if ('list' in json) return Object.assign(shape, { element: this.#member('member', json.list, false) });
    const [key, value] = json.map;
    return Object.assign(shape, {
      kind: 'map',
      key: this.#member('key', key, false),
      value: this.#member('value', value, false),
    });
  }

  #structure(index: number, json: StructureJson): StructureShape {
    const shape = {} as Mutable<StructureShape>;
    this.#linked.set(index, shape);
    const required = json.required ?? 0;
    const members = Object.entries(json.members).map(([name, member], position) =>
      this.#member(name, member, position < required),
    );
    return Object.assign(shape, structureOf(json.structure, members, json.traits, json.union === 1));
  }

  #member(name: string, json: MemberJson, required: boolean): Member {
    return typeof json === 'object'
      ? { name, shape: this.#shape(json[0]), traits: json[1], required }
      : { name, shape: this.#shape(json), traits: NO_TRAITS, required };
  }

  #simpleShape(type: SimpleType): SimpleShape {
    const shape = this.#simple.get(type) ?? { kind: 'simple', type };
    this.#simple.set(type, shape);
    return shape;
  }
}

const NO_TRAITS = Object.freeze({});
