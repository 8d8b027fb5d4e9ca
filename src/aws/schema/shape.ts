import type { MemberTraits, ShapeTraits, SimpleType } from './model-json.ts';

/** What a value on the wire looks like: a service model's shapes, linked to each other. */
export type Shape = StructureShape | ListShape | MapShape | SimpleShape;

export interface StructureShape {
  readonly kind: 'structure';
  readonly name: string;
  /** Exactly one member is set. */
  readonly union: boolean;
  readonly members: readonly Member[];
  readonly byName: ReadonlyMap<string, Member>;
  /** By the member's name in restJson1 bodies; the same map as `byName` where no member is renamed. */
  readonly byJsonName: ReadonlyMap<string, Member>;
  readonly traits: ShapeTraits;
}

export interface ListShape {
  readonly kind: 'list';
  readonly element: Member;
  /** May hold nulls. */
  readonly sparse: boolean;
}

export interface MapShape {
  readonly kind: 'map';
  readonly key: Member;
  readonly value: Member;
  readonly sparse: boolean;
}

export interface SimpleShape {
  readonly kind: 'simple';
  readonly type: SimpleType;
}

/** A place where a shape is used: a structure's member, a list's element, a map's key or value. */
export interface Member {
  readonly name: string;
  readonly shape: Shape;
  readonly traits: MemberTraits;
  readonly required: boolean;
}

/** A structure of the given members: an operation's empty input, or the part of a shape that travels in the body. */
export function structureOf(
  name: string,
  members: readonly Member[],
  traits: ShapeTraits = {},
  union = false,
): StructureShape {
  const byName = new Map(members.map((member) => [member.name, member]));
  const renamed = members.some((member) => member.traits.jsonName !== undefined);
  const byJsonName = renamed
    ? new Map(members.map((member) => [member.traits.jsonName ?? member.name, member]))
    : byName;
  return { kind: 'structure', name, union, members, byName, byJsonName, traits };
}

export function isStream(shape: Shape): boolean {
  return shape.kind === 'simple' && shape.type === 'stream';
}

/** Blobs of both sorts: held in memory or streamed. */
export function isBlob(shape: Shape): boolean {
  return shape.kind === 'simple' && (shape.type === 'blob' || shape.type === 'stream');
}

export function isString(shape: Shape): boolean {
  return shape.kind === 'simple' && shape.type === 'string';
}

export function isEventStream(member: Member): boolean {
  return member.traits.streaming !== undefined && member.shape.kind === 'structure';
}
