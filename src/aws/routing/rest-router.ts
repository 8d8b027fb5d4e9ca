import { percentDecode } from '../request.ts';
import type { WireRequest } from '../request.ts';
import { byDemands } from './route-pattern.ts';
import type { RoutePattern, Segment } from './route-pattern.ts';

export type Labels = Readonly<Record<string, string>>;

export interface RouteMatch {
  /** Name of the operation. */
  readonly operation: string;
  /** Decoded path labels by member name. */
  readonly labels: Labels;
  /** Whether neither query nor headers had a part in it. */
  readonly isByPathAlone?: boolean;
}

interface Node {
  readonly literals: Map<string, Node>;
  label: Node | undefined;
  /** Routes ending in a greedy label that starts here. */
  readonly greedy: RoutePattern[];
  /** Routes ending here. */
  readonly routes: RoutePattern[];
}

/** All routes of one method. */
interface Root {
  readonly node: Node;
  /** Matches that depend on the path alone: the same few paths are asked for again and again. */
  readonly known: Map<string, RouteMatch>;
}

const MOST_KNOWN = 1000;

/** One way through the trie. */
interface Walk {
  readonly values: string[];
  isByPathAlone: boolean;
}

/** Finds a REST operation: a trie over path segments, then the query and header conditions of the routes at its end. */
export class RestRouter {
  readonly #roots = new Map<string, Root>();

  constructor(routes: Iterable<RoutePattern>) {
    for (const route of routes) this.#add(route);
  }

  /** @param path percent-encoded, with a leading slash */
  match(method: string, path: string, request: WireRequest): RouteMatch | undefined {
    const root = this.#roots.get(method);
    if (root === undefined) return undefined;
    const known = root.known.get(path);
    if (known !== undefined) return known;
    const walk: Walk = { values: [], isByPathAlone: true };
    const route = find(root.node, path, 1, walk, request);
    if (route === undefined) return undefined;
    const { isByPathAlone } = walk;
    const match = { operation: route.operation, labels: labelsOf(route, walk.values), isByPathAlone };
    if (isByPathAlone && root.known.size < MOST_KNOWN) root.known.set(path, match);
    return match;
  }

  #add(route: RoutePattern): void {
    const root = this.#roots.get(route.method) ?? { node: newNode(), known: new Map() };
    this.#roots.set(route.method, root);
    let { node } = root;
    for (const segment of route.segments) {
      if (segment.kind === 'greedy') return insert(node.greedy, route);
      node = step(node, segment);
    }
    insert(node.routes, route);
  }
}

function newNode(): Node {
  return { literals: new Map(), label: undefined, greedy: [], routes: [] };
}

function step(node: Node, segment: Segment): Node {
  if (segment.kind !== 'literal') return (node.label ??= newNode());
  const next = node.literals.get(segment.text) ?? newNode();
  node.literals.set(segment.text, next);
  return next;
}

function insert(routes: RoutePattern[], route: RoutePattern): void {
  routes.push(route);
  routes.sort(byDemands);
}

/** Walks on from `start`, the first character of a segment. Literals win over labels, labels over greedy ones. */
function find(
  node: Node,
  path: string,
  start: number,
  walk: Walk,
  request: WireRequest,
): RoutePattern | undefined {
  const { values } = walk;
  // A trailing slash makes no difference, except to a greedy label.
  if (start >= path.length) return choose(node.routes, walk, request);
  const slash = path.indexOf('/', start);
  const end = slash < 0 ? path.length : slash;
  const segment = path.slice(start, end);
  const literal = node.literals.get(segment);
  const found = literal === undefined ? undefined : find(literal, path, end + 1, walk, request);
  if (found !== undefined) return found;
  if (node.label !== undefined && segment !== '') {
    values.push(segment);
    const labelled = find(node.label, path, end + 1, walk, request);
    if (labelled !== undefined) return labelled;
    values.pop();
  }
  const greedy = node.greedy.length === 0 ? undefined : choose(node.greedy, walk, request);
  if (greedy !== undefined) values.push(path.slice(start));
  return greedy;
}

/** Of the routes that end at a node, most demanding first, the one a request means. */
function choose(routes: readonly RoutePattern[], walk: Walk, request: WireRequest): RoutePattern | undefined {
  const [only] = routes;
  if (routes.length === 0) return undefined;
  if (routes.length === 1 && only !== undefined && only.literals.length === 0) return only;
  walk.isByPathAlone = false;
  const fitting = routes.filter((route) => hasLiterals(route, request));
  const id = request.query === '' ? undefined : request.parameters.get('x-id')?.[0];
  const named = fitting.find((route) => id !== undefined && route.id === id);
  if (named !== undefined) return named;
  const literals = fitting[0]?.literals.length;
  const best = fitting.filter((route) => route.literals.length === literals);
  // If something required is missing from all of them, that is for validation to say.
  return best.find((route) => hasRequired(route, request)) ?? best.at(-1);
}

function hasLiterals(route: RoutePattern, { parameters }: WireRequest): boolean {
  return route.literals.every(([name, value]) => {
    const given = parameters.get(name);
    return given !== undefined && (value === '' || given[0] === value);
  });
}

function hasRequired(route: RoutePattern, { parameters, headers }: WireRequest): boolean {
  return (
    route.requiredQuery.every((name) => parameters.has(name)) &&
    route.requiredHeaders.every((name) => headers[name] !== undefined)
  );
}

function labelsOf(route: RoutePattern, values: readonly string[]): Labels {
  const labels: Record<string, string> = {};
  let next = 0;
  for (const segment of route.segments) {
    if (segment.kind !== 'literal') labels[segment.name] = percentDecode(values[next++] ?? '');
  }
  return labels;
}
