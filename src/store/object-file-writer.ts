import type { FileHandle } from 'node:fs/promises';
import { reclaim, spend } from '../model/spent-memory.ts';

/** Small pieces are gathered to so many bytes before they are written; as many may be on their way to disk. */
const BUFFER_BYTES = 512 * 1024;

/** Writes a file front to back, one buffer ahead of the disk. */
export class ObjectFileWriter {
  readonly id: string;
  readonly #handle: FileHandle;
  #pieces: Uint8Array[] = [];
  #gathered = 0;
  #size = 0;
  #writing: Promise<unknown> | undefined;
  #isClosed = false;

  constructor(id: string, handle: FileHandle) {
    this.id = id;
    this.#handle = handle;
  }

  /** Bytes so far. */
  get size(): number {
    return this.#size;
  }

  /**
   * Undefined while there is room: only what is a promise has to be waited for. The piece must not change afterwards, nor be
   * of use to others when its memory is all its own (`own`): that is given back once it is written.
   */
  write(piece: Uint8Array): Promise<void> | undefined {
    this.#size += piece.byteLength;
    this.#pieces.push(piece);
    this.#gathered += piece.byteLength;
    return this.#gathered < BUFFER_BYTES ? undefined : this.#flush();
  }

  /** Writes what is left, to the disk itself if that is asked for, and closes. */
  async finish(durable: boolean): Promise<void> {
    await this.#flush();
    await this.#writing;
    if (durable) await this.#handle.datasync();
    await this.close();
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#writing?.catch(() => {});
    await this.#handle.close();
  }

  async #flush(): Promise<void> {
    await this.#writing;
    if (this.#pieces.length === 0) return;
    const pieces = this.#pieces;
    this.#pieces = [];
    this.#gathered = 0;
    this.#writing = this.#writeAll(pieces).then(() => pieces.forEach(giveBack));
    // Its failure is the next one's to report.
    this.#writing.catch(() => {});
  }

  async #writeAll(pieces: readonly Uint8Array[]): Promise<void> {
    const [only] = pieces;
    if (pieces.length === 1 && only !== undefined) return await this.#handle.writeFile(only);
    const total = pieces.reduce((sum, { byteLength }) => sum + byteLength, 0);
    const { bytesWritten } = await this.#handle.writev(pieces);
    // Cut short only by a full disk, where the rest then says so.
    if (bytesWritten < total) await this.#handle.writeFile(Buffer.concat(pieces).subarray(bytesWritten));
  }
}

/** Where a piece shares its memory with another, that one may still have to be written. */
function giveBack(piece: Uint8Array): void {
  if (piece.byteLength < piece.buffer.byteLength) return;
  spend(piece);
  reclaim(piece);
}
