import { openSegment, parseSegmentName, type SegmentInfo, sealedName } from './segment-info.ts';

/** What a stream has on disk. */
export interface FilesOnDisk {
  /** Oldest first. */
  readonly segments: readonly SegmentInfo[];
  /** The last of them, when it is still being written. */
  readonly active: SegmentInfo | undefined;
}

/** About what an entry takes beside its characters: two strings' heads and its place in the map. */
const ENTRY_BYTES = 100;

/**
 * Which files streams have that nobody uses, so that a list of thousands of streams, or a reader who comes back every
 * second, need not look into every directory. As text, some two hundred bytes for each stream, and of the most recently
 * used ones only: every environment leaves a stream behind, and whoever is not found here is found on the disk.
 */
export class RememberedFiles {
  readonly #mostBytes: number;
  /** By the stream's directory, the least recently used first. */
  readonly #texts = new Map<string, string>();
  #bytes = 0;

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  get size(): number {
    return this.#texts.size;
  }

  keep(directory: string, files: FilesOnDisk): void {
    this.#drop(directory);
    const text = textOf(files);
    this.#texts.set(directory, text);
    this.#bytes += bytesOf(directory, text);
    for (const oldest of this.#texts.keys()) {
      if (this.#bytes <= this.#mostBytes) return;
      this.#drop(oldest);
    }
  }

  look(directory: string): FilesOnDisk | undefined {
    const text = this.#texts.get(directory);
    if (text === undefined) return undefined;
    this.#texts.delete(directory);
    this.#texts.set(directory, text);
    return filesOf(text);
  }

  /** Who takes them changes them: they are not known here any more. */
  take(directory: string): FilesOnDisk | undefined {
    const text = this.#texts.get(directory);
    this.#drop(directory);
    return text === undefined ? undefined : filesOf(text);
  }

  clear(): void {
    this.#texts.clear();
    this.#bytes = 0;
  }

  #drop(directory: string): void {
    const text = this.#texts.get(directory);
    if (text === undefined) return;
    this.#texts.delete(directory);
    this.#bytes -= bytesOf(directory, text);
  }
}

function bytesOf(directory: string, text: string): number {
  return ENTRY_BYTES + directory.length + text.length;
}

/** Names as of sealed segments, with all their numbers; before one that is not sealed a `+`. */
function textOf({ segments, active }: FilesOnDisk): string {
  const names = segments.map((segment) => `${segment === active ? '+' : ''}${sealedName(segment)}`);
  // What is put together of pieces stays a tree of them, of several times its size.
  return Buffer.from(names.join('/'), 'latin1').toString('latin1');
}

function filesOf(text: string): FilesOnDisk {
  const segments: SegmentInfo[] = [];
  let active: SegmentInfo | undefined;
  for (const name of text === '' ? [] : text.split('/')) {
    const isActive = name.startsWith('+');
    const info = parseSegmentName(isActive ? name.slice(1) : name)?.info;
    if (info === undefined) continue;
    if (isActive) {
      info.fileName = openSegment(info.firstArrival).fileName;
      active = info;
    }
    segments.push(info);
  }
  return { segments, active };
}
