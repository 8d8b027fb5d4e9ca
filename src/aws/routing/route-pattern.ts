import type { Operation } from '../schema/service-model.ts';

/** A REST operation's URI pattern, taken apart. */
export interface RoutePattern {
  readonly method: string;
  readonly segments: readonly Segment[];
  readonly operation: Operation;
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

export function parseRoute(operation: Operation): RoutePattern | undefined {
  if (operation.http === undefined) return undefined;
  const [method, uri] = operation.http;
  const [path = '', query = ''] = uri.split('?');
  const pairs = query === '' ? [] : query.split('&').map(pairOf);
  const required = operation.input.members.filter((member) => member.required);
  return {
    method,
    operation,
    segments: path
      .split('/')
      .filter((text) => text !== '')
      .map(parseSegment),
    literals: pairs.filter(([name]) => name !== 'x-id'),
    id: pairs.find(([name]) => name === 'x-id')?.[1],
    requiredQuery: required.flatMap((member) => member.traits.httpQuery ?? []),
    requiredHeaders: required.flatMap((member) => member.traits.httpHeader?.toLowerCase() ?? []),
  };
}

/** How much a route asks of a request beside its path: of two that fit, the more demanding one is meant. */
export function demands(route: RoutePattern): number {
  return route.literals.length * 2 + route.requiredQuery.length + route.requiredHeaders.length;
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
