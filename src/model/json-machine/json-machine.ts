import { classes, COMPLETE, transitions } from './grammar.ts';
import {
  CLASSES_AT,
  IS_TOO_DEEP,
  IS_WRONG,
  PIECE_BYTES,
  program,
  rowOf,
  startRow,
  TRANSITIONS_AT,
} from './program.ts';

/** As much as is used of what engines bring; the types of Node.js leave it out. */
interface Engine {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: Program };
}

interface Program {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly state: { value: number };
  readonly depth: { value: number };
  /** Goes on with so many bytes at the beginning of its memory. */
  readonly walk: (bytes: number) => number;
}

const completeRows: ReadonlySet<number> = new Set([...COMPLETE].map(rowOf));

/** Tells whether bytes are a JSON text, in 128 KB of memory and without making anything of them. */
export class JsonMachine {
  readonly #program: Program;
  readonly #piece: Uint8Array;

  private constructor({ Module, Instance }: Engine) {
    this.#program = new Instance(new Module(program())).exports;
    const { buffer } = this.#program.memory;
    this.#piece = new Uint8Array(buffer, 0, PIECE_BYTES);
    new Uint8Array(buffer).set(classes(), CLASSES_AT);
    new Uint16Array(buffer, TRANSITIONS_AT).set(transitions().map(rowOf));
  }

  /** Undefined where WebAssembly is switched off. */
  static make(): JsonMachine | undefined {
    const { WebAssembly: engine } = globalThis as { readonly WebAssembly?: Engine };
    return engine && new JsonMachine(engine);
  }

  /** @returns undefined for a text that is nested too deep for it */
  accepts(bytes: Uint8Array): boolean | undefined {
    const { state, depth, walk } = this.#program;
    state.value = startRow;
    depth.value = 0;
    for (let start = 0; start < bytes.length; start += PIECE_BYTES) {
      const isWhole = bytes.length <= PIECE_BYTES;
      const piece = isWhole ? bytes : bytes.subarray(start, start + PIECE_BYTES);
      this.#piece.set(piece);
      const verdict = walk(piece.length);
      if (verdict === IS_WRONG) return false;
      if (verdict === IS_TOO_DEEP) return undefined;
    }
    return depth.value === 0 && completeRows.has(state.value);
  }
}
