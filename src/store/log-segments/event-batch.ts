/** What CloudWatch Logs counts for each event besides its message, and about what it costs in memory. */
export const EVENT_OVERHEAD_BYTES = 26;

/** A frame's header: see frame.ts, which fills it in. */
export const FRAME_HEADER_BYTES = 52;
/** Before each message: its timestamp and its length. */
export const RECORD_HEADER_BYTES = 12;

const LINE_FEED = 0x0a;
const NOTHING = Buffer.alloc(0);
/** UTF-8 needs at most three bytes for one UTF-16 code unit. */
const MAX_BYTES_PER_UNIT = 3;
/** Of a longer message the bytes are counted: three times its length would be a waste. */
const LONG_MESSAGE = 4096;

/**
 * Events of one stream on their way to the disk; a batch becomes one frame of a segment file. Events are written as
 * bytes when they come: as text they would live until the disk has them, and whatever lives that long costs the garbage
 * collector more than this costs.
 */
export class EventBatch {
  /** Approximate: characters plus the overhead of each event. */
  bytes = 0;
  count = 0;
  minTimestampMs = Number.POSITIVE_INFINITY;
  maxTimestampMs = Number.NEGATIVE_INFINITY;
  /** Set when the batch is cut: from then on it is visible to readers and no longer grows. */
  firstArrival = 0;
  ingestionTimeMs = 0;
  #memory: Buffer;
  #end = FRAME_HEADER_BYTES;
  #ordered = true;

  /** @param memory to begin with, at least a frame's header */
  constructor(memory: Buffer) {
    this.#memory = memory;
  }

  /** The arrival number behind the last event's. */
  get endArrival(): number {
    return this.firstArrival + this.count;
  }

  /** Room for the header, then the events: their bytes themselves, no copy. */
  get frame(): Buffer {
    return this.#memory.subarray(0, this.#end);
  }

  /** For another batch: this one has been written. */
  takeMemory(): Buffer {
    const memory = this.#memory;
    this.#memory = NOTHING;
    this.#end = 0;
    return memory;
  }

  /** @param isLine ends in a line feed, if need be in one of its own */
  push(timestamp: number, message: string, isLine = false): void {
    // Whole and not negative: segment names and the API's longs have no room for anything else.
    const timestampMs = timestamp > 0 ? Math.floor(timestamp) : 0;
    if (timestampMs < this.maxTimestampMs) this.#ordered = false;
    else this.maxTimestampMs = timestampMs;
    if (timestampMs < this.minTimestampMs) this.minTimestampMs = timestampMs;
    this.count += 1;
    this.bytes += message.length + EVENT_OVERHEAD_BYTES;
    this.#write(timestampMs, message, isLine);
  }

  /** Closes the batch: events get their order and their arrival numbers. */
  cut(firstArrival: number, ingestionTimeMs: number): void {
    this.firstArrival = firstArrival;
    this.ingestionTimeMs = ingestionTimeMs;
    if (!this.#ordered) this.#sort();
  }

  #write(timestampMs: number, message: string, isLine: boolean): void {
    const { length } = message;
    const most = length > LONG_MESSAGE ? Buffer.byteLength(message) : length * MAX_BYTES_PER_UNIT;
    const at = this.#end;
    const start = at + RECORD_HEADER_BYTES;
    if (start + most + 1 > this.#memory.length) this.#grow(start + most + 1);
    const frame = this.#memory;
    let end = start + frame.write(message, start, most, 'utf8');
    if (isLine && (end === start || frame[end - 1] !== LINE_FEED)) {
      frame[end] = LINE_FEED;
      end += 1;
    }
    frame.writeDoubleLE(timestampMs, at);
    frame.writeUInt32LE(end - start, at + 8);
    this.#end = end;
  }

  #grow(wanted: number): void {
    const larger = Buffer.allocUnsafe(Math.max(wanted, 2 * this.#memory.length));
    this.#memory.copy(larger, 0, 0, this.#end);
    this.#memory = larger;
  }

  #sort(): void {
    const records: { readonly timestampMs: number; readonly bytes: Buffer }[] = [];
    for (let at = FRAME_HEADER_BYTES; at < this.#end; ) {
      const end = at + RECORD_HEADER_BYTES + this.#memory.readUInt32LE(at + 8);
      records.push({ timestampMs: this.#memory.readDoubleLE(at), bytes: this.#memory.subarray(at, end) });
      at = end;
    }
    records.sort((a, b) => a.timestampMs - b.timestampMs);
    const room = this.#memory.subarray(0, FRAME_HEADER_BYTES);
    this.#memory = Buffer.concat([room, ...records.map(({ bytes }) => bytes)]);
    this.#ordered = true;
  }
}
