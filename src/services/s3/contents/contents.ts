import type { ObjectFiles } from '../../../store/object-files.ts';
import type { Store } from '../../../store/store.ts';
import type { StoredObject } from '../objects/stored-object.ts';
import type { DiscardedContent } from './content-rows.ts';
import { type ByteRange, readSegments, segmentsOf } from './segments.ts';

/** A content is read to its end, or returned. Up to so many bytes it is read at once. */
const SMALL_BYTES = 256 * 1024;

interface ContentsOptions {
  readonly store: Store;
  readonly files: ObjectFiles;
  readonly onError: (error: unknown) => void;
}

/** The bytes of objects: opened for readers, and taken away behind those that have gone. */
export class Contents {
  readonly #options: ContentsOptions;
  #discarded: string[] = [];
  #removing: Promise<void> | undefined;

  constructor(options: ContentsOptions) {
    this.#options = options;
  }

  /**
   * @param range both ends included
   * @throws ENOENT when the object has just gone
   */
  async open(object: StoredObject, range: ByteRange): Promise<Uint8Array | AsyncIterable<Uint8Array>> {
    const { files } = this.#options;
    const { contentId } = object;
    if (contentId === undefined || range.end < range.start) return new Uint8Array();
    const release = files.hold(contentId);
    try {
      const parts = hasParts(contentId) ? await this.parts(contentId) : [];
      const segments = segmentsOf(contentId, object.size, parts, range);
      const [first] = segments;
      if (first === undefined) throw new Error(`The content ${contentId} has no bytes.`);
      const handle = await files.open(first.fileId);
      const body = readSegments(files, segments, handle, release);
      if (range.end - range.start >= SMALL_BYTES) return body;
      const pieces: Uint8Array[] = [];
      for await (const piece of body) pieces.push(piece);
      return Buffer.concat(pieces);
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Takes away files whose rows are gone, when nobody reads them any more. */
  discard(gone: readonly DiscardedContent[]): void {
    for (const { contentId, fileIds } of gone) {
      void this.#options.files.unread(contentId).then(() => this.#remove(fileIds));
    }
  }

  #remove(fileIds: readonly string[]): void {
    this.#discarded.push(...fileIds);
    this.#removing ??= this.#removeAll().finally(() => {
      this.#removing = undefined;
    });
  }

  /** At the start: what an earlier run has left. */
  async start(): Promise<void> {
    await this.#forgetUnnamed(await this.#options.files.leftOver());
    await this.#removeRecorded();
  }

  /** All that is on record. */
  async clearAway(): Promise<void> {
    await this.#removeRecorded();
    await this.#removing;
  }

  /** Resolves when what was discarded is gone from the disk. */
  async stop(): Promise<void> {
    await this.#removing;
  }

  /** The parts of a content that has any, in their order. */
  async parts(contentId: string) {
    return await this.#options.store.db
      .selectFrom('s3_parts')
      .select(['file_id', 'part_number', 'size', 'checksums'])
      .where('content_id', '=', contentId)
      .orderBy('part_number')
      .execute();
  }

  async #forgetUnnamed(leftOver: readonly string[]): Promise<void> {
    const { files, store, onError } = this.#options;
    const unnamed: string[] = [];
    for (const id of leftOver) {
      if (await this.#isNamed(id)) await files.settle(id);
      else unnamed.push(id);
    }
    if (unnamed.length === 0) return;
    // One may have been an object's whose deletion, by another platform, is younger than the backup.
    if (await store.backups.putsOff(() => void this.#forgetUnnamed(unnamed).catch(onError))) return;
    for (const id of unnamed) await files.forget(id);
  }

  async #removeRecorded(): Promise<void> {
    const rows = await this.#options.store.db.selectFrom('s3_discarded_files').select('file_id').execute();
    if (rows.length > 0) this.#remove(rows.map((row) => row.file_id));
  }

  async #isNamed(id: string): Promise<boolean> {
    const { db } = this.#options.store;
    const [content, part] = await Promise.all([
      db.selectFrom('s3_contents').select('content_id').where('content_id', '=', id).executeTakeFirst(),
      db.selectFrom('s3_parts').select('file_id').where('file_id', '=', id).executeTakeFirst(),
    ]);
    return content !== undefined || part !== undefined;
  }

  readonly #removePutOff = (): void => this.#remove([]);

  async #removeAll(): Promise<void> {
    const { store, files, onError } = this.#options;
    while (this.#discarded.length > 0) {
      const ids = this.#discarded.splice(0, MOST_AT_ONCE);
      try {
        if (await store.backups.putsOff(this.#removePutOff)) {
          this.#discarded.unshift(...ids);
          return;
        }
        for (const id of ids) await files.remove(id);
        await store.write(async (tx) => {
          await tx.deleteFrom('s3_discarded_files').where('file_id', 'in', ids).execute();
        });
      } catch (error) {
        // They are on record: the next start takes them away.
        onError(error);
      }
    }
  }
}

const MOST_AT_ONCE = 500;

/** The content of an upload in parts has the upload's id, and every other one that of its file. */
export function hasParts(contentId: string): boolean {
  return contentId.length !== UUID_LENGTH;
}

const UUID_LENGTH = 36;
