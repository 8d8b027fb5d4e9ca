import { invalidCharacter, invalidPattern } from './pattern-reader.ts';

/** Which characters an atom matches: a flag for each ASCII code, and one (index 128) for all others. */
export type CharacterSet = Uint8Array;

export const OTHER_CHARACTERS = 128;

export type RegexItem =
  | { readonly kind: 'start' | 'end' }
  | { readonly kind: 'set'; readonly set: CharacterSet; readonly min: number; readonly max: number };

/** Alternatives of sequences: filter patterns have no groups. */
export type Regex = readonly (readonly RegexItem[])[];

const ALLOWED = /[A-Za-z0-9:_#=@/;,\-^$?[\]{}|\\*+.]/;
/** `{1000}` a few times is a large automaton; nobody searches logs for that. */
const MAX_REPEAT = 255;

const DIGIT = setOf((code) => code >= 48 && code <= 57, false);
const SPACE = setOf((code) => code === 32 || (code >= 9 && code <= 13), false);
const WORD = setOf((code) => /\w/.test(String.fromCharCode(code)), false);
const ANY = setOf((code) => code !== 10 && code !== 13, true);
const CLASSES: Readonly<Record<string, CharacterSet>> = {
  d: DIGIT,
  D: inverse(DIGIT),
  s: SPACE,
  S: inverse(SPACE),
  w: WORD,
  W: inverse(WORD),
};
const CONTROLS: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9 };

/** Parses the subset of regular expressions that filter patterns allow. @throws ServiceError */
export function parseRegex(source: string): Regex {
  for (const character of source) if (!ALLOWED.test(character)) throw invalidCharacter(character);
  const parser = new RegexParser(source);
  return parser.alternatives();
}

class RegexParser {
  readonly #source: string;
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  alternatives(): Regex {
    const all: RegexItem[][] = [[]];
    while (this.#at < this.#source.length) {
      if (this.#take('|')) all.push([]);
      else all.at(-1)?.push(this.#item());
    }
    return all;
  }

  #item(): RegexItem {
    if (this.#take('^')) return { kind: 'start' };
    if (this.#take('$')) return { kind: 'end' };
    const set = this.#atom();
    return { kind: 'set', set, ...this.#repeat() };
  }

  #atom(): CharacterSet {
    if (this.#take('.')) return ANY;
    if (this.#take('[')) return this.#class();
    const character = this.#source.charAt(this.#at);
    this.#at += 1;
    if (character === '\\') return this.#escape();
    if ('*+?{}]'.includes(character)) throw invalidPattern();
    return only(character.charCodeAt(0));
  }

  #escape(): CharacterSet {
    const character = this.#source.charAt(this.#at);
    this.#at += 1;
    const known = CLASSES[character];
    if (known !== undefined) return known;
    if (character === 'x') return only(this.#hex());
    const control = CONTROLS[character];
    if (control !== undefined) return only(control);
    if (character === '' || /[A-Za-z0-9]/.test(character)) throw invalidPattern();
    return only(character.charCodeAt(0));
  }

  #hex(): number {
    const digits = /^[0-9A-Fa-f]{2}/.exec(this.#source.slice(this.#at))?.[0];
    if (digits === undefined || Number.parseInt(digits, 16) > 127) throw invalidPattern();
    this.#at += 2;
    return Number.parseInt(digits, 16);
  }

  #class(): CharacterSet {
    const set = new Uint8Array(OTHER_CHARACTERS + 1);
    const negated = this.#take('^');
    while (!this.#take(']')) {
      const [first, from] = this.#classMember();
      const isRange = this.#source.charAt(this.#at) === '-' && this.#source.charAt(this.#at + 1) !== ']';
      if (from === undefined || !isRange) {
        for (const [code, flag] of first.entries()) if (flag === 1) set[code] = 1;
        continue;
      }
      this.#at += 1;
      const to = this.#classMember()[1];
      if (to === undefined || to < from) throw invalidPattern();
      set.fill(1, from, to + 1);
    }
    return negated ? inverse(set) : set;
  }

  /** A member of a class; with its code when it can be the end of a range. */
  #classMember(): [CharacterSet, number | undefined] {
    const character = this.#source.charAt(this.#at);
    if (character === '') throw invalidPattern();
    this.#at += 1;
    const set = character === '\\' ? this.#escape() : only(character.charCodeAt(0));
    const isSingle = set.reduce((sum, flag) => sum + flag, 0) === 1;
    return [set, isSingle ? set.indexOf(1) : undefined];
  }

  #repeat(): { min: number; max: number } {
    if (this.#take('*')) return { min: 0, max: Number.POSITIVE_INFINITY };
    if (this.#take('+')) return { min: 1, max: Number.POSITIVE_INFINITY };
    if (this.#take('?')) return { min: 0, max: 1 };
    const braces = /^\{(\d+)(,(\d*))?\}/.exec(this.#source.slice(this.#at));
    if (braces === null) return { min: 1, max: 1 };
    this.#at += braces[0].length;
    const min = Number(braces[1]);
    const open = braces[2] !== undefined && braces[3] === '' ? Number.POSITIVE_INFINITY : Number(braces[3]);
    const max = braces[2] === undefined ? min : open;
    if (min > max || min > MAX_REPEAT || (max > MAX_REPEAT && max !== Number.POSITIVE_INFINITY)) {
      throw invalidPattern();
    }
    return { min, max };
  }

  #take(character: string): boolean {
    if (this.#source.charAt(this.#at) !== character) return false;
    this.#at += 1;
    return true;
  }
}

function setOf(has: (code: number) => boolean, others: boolean): CharacterSet {
  const set = new Uint8Array(OTHER_CHARACTERS + 1);
  for (let code = 0; code < OTHER_CHARACTERS; code += 1) set[code] = has(code) ? 1 : 0;
  set[OTHER_CHARACTERS] = others ? 1 : 0;
  return set;
}

function only(code: number): CharacterSet {
  return setOf((other) => other === code, false);
}

function inverse(set: CharacterSet): CharacterSet {
  return set.map((flag) => 1 - flag);
}
