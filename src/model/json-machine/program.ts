import { CLASSES, CLOSE_ARRAY, CLOSE_OBJECT, COMMA, OPEN_ARRAY, OPEN_OBJECT, stateOf } from './grammar.ts';

/**
 * The walk over the bytes, in WebAssembly: it looks at sixteen bytes of text at once, which JavaScript cannot. Its memory:
 * the piece in hand, then the tables, then a byte for each open bracket.
 */
export const PIECE_BYTES = 64 * 1024;
/** Behind the piece, as the last sixteen bytes may reach beyond it. */
export const CLASSES_AT = PIECE_BYTES + 64;
export const TRANSITIONS_AT = CLASSES_AT + 256;
export const BRACKETS_AT = PIECE_BYTES + 4096;
export const MEMORY_PAGES = 2;
export const DEEPEST = MEMORY_PAGES * 64 * 1024 - BRACKETS_AT;

/** What `walk` returns of a piece that cannot be part of a JSON text, and of one that is nested beyond `DEEPEST`. */
export const IS_WRONG = 0;
export const IS_TOO_DEEP = 2;

/** A state as the walk has it: where its entries of two bytes begin. */
const ROW_BYTES = 2 * CLASSES;
export function rowOf(state: number): number {
  return state * ROW_BYTES;
}

/** Where a text begins. */
export const startRow = rowOf(stateOf('value'));

const I32 = 0x7f;
const V128 = 0x7b;
const NOTHING = 0x40;
const END_OF_BLOCK = 0x0b;

// Locals: how many bytes there are, where the walk is, its state, what comes next, how many brackets are open, sixteen bytes.
const [END, AT, STATE, NEXT, DEPTH, BYTES] = [0, 1, 2, 3, 4, 5];
const [STATE_KEPT, DEPTH_KEPT] = [0, 1];

const get = (local: number): number[] => [0x20, local];
const set = (local: number): number[] => [0x21, local];
const tee = (local: number): number[] => [0x22, local];
const load8 = (offset: number): number[] => [0x2d, 0, ...unsigned(offset)];
const load16 = (offset: number): number[] => [0x2f, 1, ...unsigned(offset)];
const store8 = (offset: number): number[] => [0x3a, 0, ...unsigned(offset)];
const i32 = (value: number): number[] => [0x41, ...signed(value)];
const br = (depth: number): number[] => [0x0c, depth];
const brIf = (depth: number): number[] => [0x0d, depth];
const answer = (value: number): number[] => [...i32(value), 0x0f];
const when = (...body: readonly number[][]): number[] => [0x04, NOTHING, ...body.flat(), END_OF_BLOCK];
const loop = (...body: readonly number[][]): number[] => [0x03, NOTHING, ...body.flat(), END_OF_BLOCK];
const block = (...body: readonly number[][]): number[] => [0x02, NOTHING, ...body.flat(), END_OF_BLOCK];
const IS_ZERO = [0x45];
const EQUAL = [0x46];
const NOT_EQUAL = [0x47];
const LESS = [0x49];
const LESS_OR_EQUAL = [0x4d];
const AT_LEAST = [0x4f];
const TRAILING_ZEROS = [0x68];
const ADD = [0x6a];
const SUBTRACT = [0x6b];
const DOUBLE = [...i32(1), 0x74];
const SELECT = [0x1b];
/** The same with sixteen bytes at once. */
const LOAD_16 = [0xfd, 0x00, 0, 0];
const EQUAL_16 = [0xfd, 0x23];
const LESS_16 = [0xfd, 0x26];
const EITHER_16 = [0xfd, 0x50];
/** A bit for each of them. */
const BITS_16 = [0xfd, 0x64];
const all16 = (byte: number): number[] => [...i32(byte), 0xfd, 0x0f];

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const BLANK = 0x20;

/** Passes over what is plain in a text: up to the next quote, backslash or control character, or the end. */
const plainText = when(
  loop(
    [...get(AT), ...LOAD_16, ...tee(BYTES), ...all16(QUOTE), ...EQUAL_16],
    [...get(BYTES), ...all16(BACKSLASH), ...EQUAL_16, ...EITHER_16],
    [...get(BYTES), ...all16(BLANK), ...LESS_16, ...EITHER_16],
    [...BITS_16, ...tee(NEXT), ...IS_ZERO],
    when(
      [...get(AT), ...i32(16), ...ADD, ...tee(AT), ...get(END), ...AT_LEAST],
      // Past the block of the whole walk; else once more.
      [...brIf(4), ...br(1)],
    ),
  ),
  [...get(AT), ...get(NEXT), ...TRAILING_ZEROS, ...ADD, ...tee(AT), ...get(END), ...AT_LEAST, ...brIf(2)],
);

const goOn = (state: string): number[] => [...i32(rowOf(stateOf(state))), ...set(STATE)];
const is = (code: number, ...body: readonly number[][]): number[] => [
  ...get(NEXT),
  ...i32(rowOf(code)),
  ...EQUAL,
  ...when(...body),
];
/** 1 on top of the open brackets for an object, 0 for an array. */
const top = [...get(DEPTH), ...load8(BRACKETS_AT - 1)];
const open = (code: number, isObject: 0 | 1, state: string): number[] =>
  is(
    code,
    [...get(DEPTH), ...i32(DEEPEST), ...AT_LEAST, ...when(answer(IS_TOO_DEEP))],
    [...get(DEPTH), ...i32(isObject), ...store8(BRACKETS_AT)],
    [...get(DEPTH), ...i32(1), ...ADD, ...set(DEPTH), ...goOn(state), ...br(1)],
  );
const close = (code: number, isObject: 0 | 1): number[] =>
  is(
    code,
    [...top, ...i32(isObject), ...NOT_EQUAL, ...when(answer(IS_WRONG))],
    [...get(DEPTH), ...i32(1), ...SUBTRACT, ...set(DEPTH), ...goOn('afterValue'), ...br(1)],
  );

const walk = [
  [...getGlobal(STATE_KEPT), ...set(STATE), ...getGlobal(DEPTH_KEPT), ...set(DEPTH)],
  block(
    loop(
      [...get(AT), ...get(END), ...AT_LEAST, ...brIf(1)],
      [...get(STATE), ...i32(rowOf(stateOf('name'))), ...LESS_OR_EQUAL, ...plainText],
      [...get(STATE), ...get(AT), ...load8(0), ...load8(CLASSES_AT), ...DOUBLE, ...ADD],
      [...load16(TRANSITIONS_AT), ...set(NEXT), ...get(AT), ...i32(1), ...ADD, ...set(AT)],
      [...get(NEXT), ...i32(rowOf(OPEN_OBJECT)), ...LESS, ...when([...get(NEXT), ...set(STATE), ...br(1)])],
      open(OPEN_OBJECT, 1, 'nameOrEnd'),
      open(OPEN_ARRAY, 0, 'valueOrEnd'),
      // Everything else is about brackets that are open.
      [...get(DEPTH), ...IS_ZERO, ...when(answer(IS_WRONG))],
      close(CLOSE_OBJECT, 1),
      close(CLOSE_ARRAY, 0),
      is(
        COMMA,
        [...i32(rowOf(stateOf('nextName'))), ...i32(rowOf(stateOf('value'))), ...top, ...SELECT],
        [...set(STATE), ...br(1)],
      ),
      answer(IS_WRONG),
    ),
  ),
  [...get(STATE), ...setGlobal(STATE_KEPT), ...get(DEPTH), ...setGlobal(DEPTH_KEPT), ...i32(1), END_OF_BLOCK],
].flat();

function getGlobal(index: number): number[] {
  return [0x23, index];
}

function setGlobal(index: number): number[] {
  return [0x24, index];
}

const MAGIC = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0];

/** The module: exports `memory`, the globals `state` and `depth`, and `walk(bytes) -> verdict`. */
export function program(): Uint8Array<ArrayBuffer> {
  const locals = [2, 4, I32, 1, V128];
  const body = [...locals, ...walk];
  const global = [I32, 1, ...i32(0), END_OF_BLOCK];
  return Uint8Array.from([
    ...MAGIC,
    ...section(1, [1, 0x60, 1, I32, 1, I32]),
    ...section(3, [1, 0]),
    ...section(5, [1, 1, MEMORY_PAGES, MEMORY_PAGES]),
    ...section(6, [2, ...global, ...global]),
    ...section(7, [
      4,
      ...exported('memory', 2, 0),
      ...exported('state', 3, STATE_KEPT),
      ...exported('depth', 3, DEPTH_KEPT),
      ...exported('walk', 0, 0),
    ]),
    ...section(10, [1, ...unsigned(body.length), ...body]),
  ]);
}

function section(id: number, content: readonly number[]): number[] {
  return [id, ...unsigned(content.length), ...content];
}

function exported(name: string, kind: number, index: number): number[] {
  return [name.length, ...Buffer.from(name), kind, index];
}

/** Numbers in groups of seven bits, the lowest first. */
function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

function signed(value: number): number[] {
  return value < 0x40 ? [value] : [(value & 0x7f) | 0x80, ...signed(value >>> 7)];
}
