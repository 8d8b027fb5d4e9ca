import { LARGEST_EVENT_BYTES } from './line-splitter.ts';

/** Two bytes that no text begins with; of the other two the bits below say what follows. */
const MAGIC = 0xa55a;
const HAS_TIMESTAMP = 0b10;
const LEVEL_AT = 2;
const LEVEL_MASK = 0b111;
/** What the bits of the level stand for; those without one have none. */
const LEVELS: readonly (string | undefined)[] = [
  undefined,
  'TRACE',
  'DEBUG',
  'INFO',
  'WARN',
  'ERROR',
  'FATAL',
];
/** Kind, length, and where there is one the time in microseconds. */
const SHORT_HEADER_BYTES = 8;
const HEADER_BYTES = 16;
const LINE_FEED = 0x0a;

export interface RecordHandlers {
  /**
   * One log event, without a trailing line feed, whatever else it holds.
   * @param level TRACE to FATAL, where the runtime has said it
   */
  readonly onRecord: (message: Buffer, level: string | undefined) => void;
  /** Bytes that are no record: from the first of them on it is all text. They are valid until this returns. */
  readonly onText: (bytes: Buffer) => void;
}

/**
 * Reads the records that AWS's own runtime clients write to the descriptor that `_LAMBDA_TELEMETRY_LOG_FD` names: kind (4
 * bytes, big endian), length (4), time in microseconds (8, where the kind says so), then the message. The platform's
 * clock says when a record was, not that one. Of a message over the size of an event only so much is kept.
 */
export class FramedRecords {
  readonly #handlers: RecordHandlers;
  #header = Buffer.alloc(HEADER_BYTES);
  #headerFilled = 0;
  #body: Buffer | undefined;
  #bodyFilled = 0;
  #excess = 0;
  #isText = false;

  constructor(handlers: RecordHandlers) {
    this.#handlers = handlers;
  }

  push(chunk: Buffer): void {
    let rest = chunk;
    while (rest.length > 0 && !this.#isText)
      rest = this.#body === undefined ? this.#readHeader(rest) : this.#readBody(rest);
    if (rest.length > 0) this.#handlers.onText(rest);
  }

  /** @returns what is left of the chunk */
  #readHeader(chunk: Buffer): Buffer {
    const wanted = this.#headerBytes();
    const taken = chunk.copy(this.#header, this.#headerFilled, 0, wanted - this.#headerFilled);
    this.#headerFilled += taken;
    if (this.#headerFilled >= 2 && this.#header.readUInt16BE(0) !== MAGIC) {
      this.#isText = true;
      this.#handlers.onText(this.#header.subarray(0, this.#headerFilled));
    } else if (this.#headerFilled === this.#headerBytes()) this.#begin();
    return chunk.subarray(taken);
  }

  /** As far as the header is there it says how long it is. */
  #headerBytes(): number {
    if (this.#headerFilled < SHORT_HEADER_BYTES) return SHORT_HEADER_BYTES;
    return (this.#header.readUInt8(3) & HAS_TIMESTAMP) === 0 ? SHORT_HEADER_BYTES : HEADER_BYTES;
  }

  #begin(): void {
    const length = this.#header.readUInt32BE(4);
    // One byte more than an event holds tells whoever shows it that it was cut.
    this.#body = Buffer.alloc(Math.min(length, LARGEST_EVENT_BYTES + 1));
    this.#bodyFilled = 0;
    this.#excess = length - this.#body.length;
    this.#headerFilled = 0;
    if (length === 0) this.#end(this.#body);
  }

  #readBody(chunk: Buffer): Buffer {
    const body = this.#body ?? chunk;
    const taken = chunk.copy(body, this.#bodyFilled);
    this.#bodyFilled += taken;
    const passed = Math.min(this.#excess, chunk.length - taken);
    this.#excess -= passed;
    if (this.#bodyFilled === body.length && this.#excess === 0) this.#end(body);
    return chunk.subarray(taken + passed);
  }

  #end(body: Buffer): void {
    this.#body = undefined;
    const level = LEVELS[(this.#header.readUInt8(3) >> LEVEL_AT) & LEVEL_MASK];
    this.#handlers.onRecord(body.at(-1) === LINE_FEED ? body.subarray(0, -1) : body, level);
  }
}
