import type { MemberJson, MemberTraits, ModelJson, OperationJson } from '../schema/model-json.ts';

/** A REST operation's URI pattern, taken apart. */
export interface RoutePattern {
  readonly method: string;
  readonly segments: readonly Segment[];
  /** Name of the operation. */
  readonly operation: string;
  /** Query parameters that must be there, with the given value unless that is empty: `?list-type=2`, `?acl`. */
  readonly literals: readonly (readonly [name: string, value: string])[];
  /** `x-id`, by which some SDKs name the operation outright. */
  readonly id: string | undefined;
  readonly requiredQuery: readonly string[];
  /** Lower case. */
  readonly requiredHeaders: readonly string[];
}

export type Segment =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'label' | 'greedy'; readonly name: string };

/**
 * Reads the routes of a service out of its model as it stands: linking the shapes of all its operations, of which few
 * are ever called, would be most of the work.
 */
export function parseRoutes(model: ModelJson): RoutePattern[] {
  return Object.entries(model.operations).flatMap(
    ([name, operation]) => parseRoute(model, name, operation) ?? [],
  );
}

/** Names of the query parameters that an operation's pattern itself contains. */
export function literalParameters(uri: string): string[] {
  const [, query = ''] = uri.split('?');
  return query === '' ? [] : query.split('&').map((pair) => pairOf(pair)[0]);
}

function parseRoute(model: ModelJson, name: string, operation: OperationJson): RoutePattern | undefined {
  if (operation.http === undefined) return undefined;
  const [method, uri] = operation.http;
  const [path = '', query = ''] = uri.split('?');
  const pairs = query === '' ? [] : query.split('&').map(pairOf);
  const required = requiredTraits(model, operation);
  return {
    method,
    operation: name,
    segments: path
      .split('/')
      .filter((text) => text !== '')
      .map(parseSegment),
    literals: pairs.filter(([parameter]) => parameter !== 'x-id'),
    id: pairs.find(([parameter]) => parameter === 'x-id')?.[1],
    requiredQuery: required.flatMap((traits) => traits.httpQuery ?? []),
    requiredHeaders: required.flatMap((traits) => traits.httpHeader?.toLowerCase() ?? []),
  };
}

function requiredTraits(model: ModelJson, { input }: OperationJson): MemberTraits[] {
  const shape = input === undefined ? undefined : model.shapes[input];
  if (shape === undefined || !('structure' in shape)) return [];
  return Object.values(shape.members)
    .slice(0, shape.required ?? 0)
    .map(traitsOf);
}

function traitsOf(member: MemberJson): MemberTraits {
  return typeof member === 'object' ? member[1] : {};
}

/** How much a route asks of a request beside its path: of two that fit, the more demanding one is meant. */
export function byDemands(a: RoutePattern, b: RoutePattern): number {
  return b.literals.length - a.literals.length || requirements(b) - requirements(a);
}

function requirements(route: RoutePattern): number {
  return route.requiredQuery.length + route.requiredHeaders.length;
}

function pairOf(pair: string): readonly [string, string] {
  const [name = '', value = ''] = pair.split('=');
  return [name, value];
}

function parseSegment(text: string): Segment {
  if (!text.startsWith('{')) return { kind: 'literal', text };
  const name = text.slice(1, -1);
  return name.endsWith('+') ? { kind: 'greedy', name: name.slice(0, -1) } : { kind: 'label', name };
}
