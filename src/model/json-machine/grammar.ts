/**
 * JSON as a table: which state follows on which byte. A byte falls into one of `CLASSES` kinds; a state is a row of as many
 * entries. What a table alone cannot know, which kind of brackets is open, are the entries from `OPEN_OBJECT` on.
 */

/** Room for one state's entries. */
export const CLASSES = 32;

const STATES: readonly string[] = [
  // In the text of a value, or of a member's name: these two come first, see `program.ts`.
  'text name',
  'textEscape text4 text3 text2 text1 nameEscape name4 name3 name2 name1',
  // What must come next.
  'value valueOrEnd nameOrEnd nextName colon afterValue',
  'minus zero integer point fraction e sign exponent',
  't tr tru f fa fal fals n nu nul',
].flatMap((names) => names.split(' '));

export const OPEN_OBJECT = STATES.length;
export const OPEN_ARRAY = OPEN_OBJECT + 1;
export const CLOSE_OBJECT = OPEN_OBJECT + 2;
export const CLOSE_ARRAY = OPEN_OBJECT + 3;
export const COMMA = OPEN_OBJECT + 4;
export const WRONG = OPEN_OBJECT + 5;

export function stateOf(name: string): number {
  return STATES.indexOf(name);
}

/** Where a text may end, outside all brackets. */
export const COMPLETE: ReadonlySet<number> = new Set(
  ['afterValue', 'zero', 'integer', 'fraction', 'exponent'].map(stateOf),
);

/** Bytes with a meaning of their own are a class of their own; the others are told apart by these. */
const KINDS = {
  control: '\0',
  blank: '\t\n\r',
  digit: '123456789',
  hex: 'cdABCDF',
  other: '~',
} as const;
const SINGLE = ' "\\/,:{}[]-+.0abeEflnrstu';

const kindNames = Object.keys(KINDS) as (keyof typeof KINDS)[];
const classOfCharacter = new Map<string, number>([
  ...SINGLE.split('').map((character, index): [string, number] => [character, index]),
  ...kindNames.flatMap((kind, index) =>
    KINDS[kind].split('').map((character): [string, number] => [character, SINGLE.length + index]),
  ),
]);

function classOf(byte: number): number {
  const known = classOfCharacter.get(String.fromCharCode(byte));
  return known ?? SINGLE.length + kindNames.indexOf(byte < 0x20 ? 'control' : 'other');
}

/** By byte. Bytes beyond ASCII count as letters: that they are UTF-8 is somebody else's to see. */
export function classes(): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => classOf(byte));
}

const DIGITS = '0123456789';
const BLANKS = ' \t\n\r';

/** By state and class: the next state, or one of the codes beyond them. */
export function transitions(): Uint16Array {
  const table = new Uint16Array(STATES.length * CLASSES).fill(WRONG);
  const on = (state: string, characters: string, next: string | number): void => {
    const code = typeof next === 'number' ? next : stateOf(next);
    for (const character of characters) {
      table[stateOf(state) * CLASSES + (classOfCharacter.get(character) ?? 0)] = code;
    }
  };
  for (const text of ['text', 'name']) texts(text, on);
  for (const state of ['value', 'valueOrEnd']) values(state, on);
  for (const state of ['value', 'valueOrEnd', 'nameOrEnd', 'nextName', 'colon']) on(state, BLANKS, state);
  on('valueOrEnd', ']', CLOSE_ARRAY);
  on('nameOrEnd', '}', CLOSE_OBJECT);
  on('nameOrEnd', '"', 'name');
  on('nextName', '"', 'name');
  on('colon', ':', 'value');
  numbers(on);
  for (const word of ['true', 'false', 'null']) {
    for (let at = 1; at < word.length; at += 1) {
      on(word.slice(0, at), word.charAt(at), at + 1 === word.length ? 'afterValue' : word.slice(0, at + 1));
    }
  }
  for (const state of ['afterValue', 'zero', 'integer', 'fraction', 'exponent']) {
    on(state, BLANKS, 'afterValue');
    on(state, ',', COMMA);
    on(state, '}', CLOSE_OBJECT);
    on(state, ']', CLOSE_ARRAY);
  }
  return table;
}

type Rule = (state: string, characters: string, next: string | number) => void;

function texts(text: string, on: Rule): void {
  for (const character of classOfCharacter.keys()) if (character >= ' ') on(text, character, text);
  on(text, '"', text === 'name' ? 'colon' : 'afterValue');
  on(text, '\\', `${text}Escape`);
  on(`${text}Escape`, '"\\/bfnrt', text);
  on(`${text}Escape`, 'u', `${text}4`);
  for (let left = 4; left > 0; left -= 1) {
    on(`${text}${left}`, `${DIGITS}abefE${KINDS.hex}`, left === 1 ? text : `${text}${left - 1}`);
  }
}

function values(state: string, on: Rule): void {
  on(state, '"', 'text');
  on(state, '{', OPEN_OBJECT);
  on(state, '[', OPEN_ARRAY);
  on(state, '-', 'minus');
  on(state, '0', 'zero');
  on(state, KINDS.digit, 'integer');
  for (const letter of 'tfn') on(state, letter, letter);
}

function numbers(on: Rule): void {
  on('minus', '0', 'zero');
  on('minus', KINDS.digit, 'integer');
  on('integer', DIGITS, 'integer');
  on('point', DIGITS, 'fraction');
  on('fraction', DIGITS, 'fraction');
  for (const state of ['zero', 'integer']) on(state, '.', 'point');
  for (const state of ['zero', 'integer', 'fraction']) on(state, 'eE', 'e');
  on('e', '+-', 'sign');
  for (const state of ['e', 'sign', 'exponent']) on(state, DIGITS, 'exponent');
}
