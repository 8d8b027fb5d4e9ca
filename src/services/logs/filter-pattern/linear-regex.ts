import { invalidPattern } from './pattern-reader.ts';
import {
  type CharacterSet,
  OTHER_CHARACTERS,
  parseRegex,
  type Regex,
  type RegexItem,
} from './regex-syntax.ts';

type Node =
  | { readonly kind: 'character'; readonly set: CharacterSet; readonly next: number }
  | { readonly kind: 'split'; readonly to: number[] }
  | { readonly kind: 'start' | 'end'; readonly next: number }
  | { readonly kind: 'match' };

/** A set of nodes the automaton can be in, with what is known of where it goes. */
interface State {
  readonly nodes: readonly number[];
  readonly matches: boolean;
  readonly matchesAtEnd: boolean;
  /** By character code; index 128 for everything beyond ASCII. Filled when first needed. */
  readonly next: (State | undefined)[];
}

const MATCH = 0;
const MAX_NODES = 4000;
/** States remembered before the memory is dropped and built anew. */
const MAX_STATES = 2000;

/**
 * Searches text for a filter pattern's regular expression in time that grows with the text only: the platform's own
 * expressions backtrack, and a caller's pattern on a function's megabyte must not hold up everybody else.
 * @throws ServiceError
 */
export function compileRegex(source: string): (text: string) => boolean {
  const automaton = new Automaton(parseRegex(source));
  return (text) => automaton.isIn(text);
}

class Automaton {
  readonly #nodes: Node[] = [{ kind: 'match' }];
  readonly #entry: number;
  #states = new Map<string, State>();

  constructor(regex: Regex) {
    this.#entry = this.#add({ kind: 'split', to: regex.map((items) => this.#sequence(items)) });
    if (this.#nodes.length > MAX_NODES) throw invalidPattern();
  }

  isIn(text: string): boolean {
    let state = this.#state([this.#entry], true);
    for (let at = 0; at < text.length; at += 1) {
      if (state.matches) return true;
      const symbol = Math.min(text.charCodeAt(at), OTHER_CHARACTERS);
      state = state.next[symbol] ?? this.#step(state, symbol);
    }
    return state.matches || state.matchesAtEnd;
  }

  /** Builds a sequence from its end, so that every node knows its successor. Returns its first node. */
  #sequence(items: readonly RegexItem[]): number {
    return items.reduceRight((next, item) => this.#item(item, next), MATCH);
  }

  #item(item: RegexItem, after: number): number {
    if (item.kind !== 'set') return this.#add({ kind: item.kind, next: after });
    let next = after;
    if (item.max === Number.POSITIVE_INFINITY) {
      const loop: number[] = [after];
      next = this.#add({ kind: 'split', to: loop });
      loop.push(this.#add({ kind: 'character', set: item.set, next }));
    } else {
      for (let count = item.min; count < item.max; count += 1) {
        const taken = this.#add({ kind: 'character', set: item.set, next });
        next = this.#add({ kind: 'split', to: [taken, after] });
      }
    }
    for (let count = 0; count < item.min; count += 1) {
      next = this.#add({ kind: 'character', set: item.set, next });
    }
    return next;
  }

  #add(node: Node): number {
    return this.#nodes.push(node) - 1;
  }

  #step(state: State, symbol: number): State {
    const reached: number[] = [];
    for (const index of state.nodes) {
      const node = this.#nodes[index];
      if (node?.kind === 'character' && node.set[symbol] === 1) reached.push(node.next);
    }
    // A match may begin at every character.
    const next = this.#state([...reached, this.#entry], false);
    state.next[symbol] = next;
    return next;
  }

  #state(from: readonly number[], isStart: boolean): State {
    const nodes = this.#closure(from, isStart, false);
    const key = `${isStart ? '^' : ''}${nodes.join()}`;
    const known = this.#states.get(key);
    if (known !== undefined) return known;
    if (this.#states.size >= MAX_STATES) this.#states = new Map();
    const state: State = {
      nodes,
      matches: nodes.includes(MATCH),
      matchesAtEnd: this.#closure(nodes, isStart, true).includes(MATCH),
      next: [],
    };
    this.#states.set(key, state);
    return state;
  }

  /** All nodes that can be reached without reading a character, in order. */
  #closure(from: readonly number[], isStart: boolean, isEnd: boolean): number[] {
    const seen = new Set<number>();
    const waiting = [...from];
    for (let index = waiting.pop(); index !== undefined; index = waiting.pop()) {
      if (seen.has(index)) continue;
      seen.add(index);
      const node = this.#nodes[index];
      if (node?.kind === 'split') waiting.push(...node.to);
      if (node?.kind === 'start' && isStart) waiting.push(node.next);
      if (node?.kind === 'end' && isEnd) waiting.push(node.next);
    }
    return [...seen].sort((a, b) => a - b);
  }
}
