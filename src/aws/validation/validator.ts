import { isRecord } from '../codecs/entries.ts';
import type { ConstraintJson } from '../schema/constraint-json.ts';
import type { ListShape, MapShape, Member, Shape, StructureShape } from '../schema/shape.ts';
import { compileCheck } from './check.ts';
import type { Check } from './check.ts';
import { elementConstraints, isSensitive, lowerFirst, NOT_NULL, violation } from './wording.ts';
import type { Print } from './wording.ts';

/** Adds what is wrong with a value to `violations`. The path names the value, e.g. `tags.1.member.key`. */
type Validate = (value: unknown, path: string, violations: string[]) => void;

/** Says which constraint a structure's member has, and which kinds are left to the handler. */
export interface ConstraintSource {
  constraint(structure: string, member: string): ConstraintJson | undefined;
  required(structure: string, member: Member): boolean;
}

/** Builds, once for an operation, the function that checks its input; shapes without any constraint cost nothing. */
export class ValidatorCompiler {
  readonly #source: ConstraintSource;
  readonly #structures = new Map<StructureShape, { validate: Validate | undefined }>();

  constructor(source: ConstraintSource) {
    this.#source = source;
  }

  structure(shape: StructureShape): Validate | undefined {
    const known = this.#structures.get(shape);
    // A structure that contains itself: by the time its values are checked it is compiled.
    if (known !== undefined) return known.validate;
    const entry: { validate: Validate | undefined } = {
      validate: (value, path, violations) => compiled?.(value, path, violations),
    };
    this.#structures.set(shape, entry);
    const compiled = this.#compileStructure(shape);
    entry.validate = compiled;
    return compiled;
  }

  #compileStructure(shape: StructureShape): Validate | undefined {
    const checks = shape.members.flatMap((member) => this.#member(shape.name, member) ?? []);
    if (checks.length === 0) return undefined;
    return (value, path, violations) => {
      if (!isRecord(value)) return;
      for (const check of checks) check(value, path, violations);
    };
  }

  #member(structure: string, member: Member): Validate | undefined {
    const { name, shape } = member;
    const required = this.#source.required(structure, member);
    const hidden = isSensitive(member);
    const validate = this.#value(shape, this.#source.constraint(structure, name), hidden);
    if (!required && validate === undefined) return undefined;
    const label = lowerFirst(name);
    return (parent, path, violations) => {
      const value = (parent as Record<string, unknown>)[name];
      if (value !== undefined && value !== null) validate?.(value, path + label, violations);
      else if (required)
        violations.push(violation({ shape, isHidden: hidden }, null, path + label, NOT_NULL));
    };
  }

  /** @param hidden the value is sensitive, as it is wherever it stands in one that is */
  #value(shape: Shape, constraint: ConstraintJson | undefined, hidden: boolean): Validate | undefined {
    const own = constraint === undefined ? undefined : compileCheck(shape, constraint);
    const inner = this.#inner(shape, constraint, hidden);
    if (own === undefined) return inner;
    const print: Print = { shape, isDouble: constraint?.number === 'double', isHidden: hidden };
    return (value, path, violations) => {
      for (const text of own(value)) violations.push(violation(print, value, path, text));
      inner?.(value, path, violations);
    };
  }

  #inner(shape: Shape, constraint: ConstraintJson | undefined, hidden: boolean): Validate | undefined {
    switch (shape.kind) {
      case 'structure': {
        const validate = this.structure(shape);
        return validate && ((value, path, violations) => validate(value, `${path}.`, violations));
      }
      case 'list':
        return this.#list(shape, constraint?.element, hidden);
      case 'map':
        return this.#map(shape, constraint, hidden);
      case 'simple':
        return undefined;
    }
  }

  #list(shape: ListShape, constraint: ConstraintJson | undefined, hidden: boolean): Validate | undefined {
    const element = shape.element.shape;
    const isHidden = hidden || isSensitive(shape.element);
    if (element.kind === 'simple') return simpleElements(shape, element, constraint, isHidden);
    const validate = this.#value(element, constraint, isHidden);
    const print: Print = { shape: element, isHidden };
    return (value, path, violations) => {
      (value as unknown[]).forEach((item, index) => {
        const at = `${path}.${index + 1}.member`;
        if (item !== null) validate?.(item, at, violations);
        else if (!shape.sparse) violations.push(violation(print, null, at, NOT_NULL));
      });
    };
  }

  #map(shape: MapShape, constraint: ConstraintJson | undefined, hidden: boolean): Validate | undefined {
    const value = shape.value.shape;
    const isHidden = hidden || isSensitive(shape.key) || isSensitive(shape.value);
    const keys = constraint?.key === undefined ? undefined : mapKeys(shape, constraint.key, isHidden);
    const values =
      value.kind === 'simple'
        ? simpleElements(shape, value, constraint?.element, isHidden)
        : this.#mapValues(value, constraint?.element, isHidden);
    return (map, path, violations) => {
      keys?.(map, path, violations);
      values?.(map, path, violations);
    };
  }

  #mapValues(shape: Shape, constraint: ConstraintJson | undefined, hidden: boolean): Validate | undefined {
    const validate = this.#value(shape, constraint, hidden);
    return (map, path, violations) => {
      for (const [key, item] of Object.entries(map as object)) {
        if (item !== null) validate?.(item, `${path}.${key}.member`, violations);
      }
    };
  }
}

/** Strings and numbers in a list or a map: the collection is at fault, and all their constraints are told. */
function simpleElements(
  collection: ListShape | MapShape,
  element: Shape,
  constraint: ConstraintJson | undefined,
  hidden: boolean,
): Validate | undefined {
  const check: Check | undefined = constraint === undefined ? undefined : compileCheck(element, constraint);
  const { sparse } = collection;
  if (check === undefined && sparse) return undefined;
  const print: Print = {
    shape: collection,
    isDouble: constraint?.number === 'double',
    isHidden: hidden,
  };
  const what = collection.kind === 'list' ? 'Member' : 'Map value';
  const text = `${what} must satisfy constraint: ${elementConstraints(element, constraint ?? {})}`;
  return (value, path, violations) => {
    const items: unknown[] = Array.isArray(value) ? value : Object.values(value as object);
    const isBad = (item: unknown): boolean =>
      item === null ? !sparse : check !== undefined && check(item).length > 0;
    if (items.some(isBad)) violations.push(violation(print, value, path, text));
  };
}

function mapKeys(shape: MapShape, constraint: ConstraintJson, hidden: boolean): Validate | undefined {
  const key = shape.key.shape;
  const check = compileCheck(key, constraint);
  if (check === undefined) return undefined;
  const text = `Map keys must satisfy constraint: ${elementConstraints(key, constraint)}`;
  return (map, path, violations) => {
    const isBad = Object.keys(map as object).some((name) => check(name).length > 0);
    if (isBad) violations.push(violation({ shape, isHidden: hidden }, map, path, text));
  };
}
