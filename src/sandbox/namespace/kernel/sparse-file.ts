import { closeSync, ftruncateSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { systemCall } from './system-call.ts';

const seek = systemCall('long lseek(int fd, long offset, int whence)');

const SEEK_DATA = 3;
const SEEK_HOLE = 4;

/** A file that is nearly all holes. */
export interface SparseFile {
  readonly bytes: number;
  readonly pieces: readonly { readonly offset: number; readonly content: Buffer }[];
}

/** Reads what there is between the holes. */
export function readSparse(path: string): SparseFile {
  const descriptor = openSync(path, 'r');
  try {
    const { size: bytes } = fstatSync(descriptor);
    const pieces = [];
    for (let offset = nextData(descriptor, 0); offset !== undefined; ) {
      const end = seek(descriptor, offset, SEEK_HOLE);
      const content = Buffer.alloc(end - offset);
      readSync(descriptor, content, 0, content.length, offset);
      pieces.push({ offset, content });
      offset = nextData(descriptor, end);
    }
    return { bytes, pieces };
  } finally {
    closeSync(descriptor);
  }
}

/** @returns the descriptor of the new file, open for reading and writing */
export function writeSparse(path: string, { bytes, pieces }: SparseFile): number {
  const descriptor = openSync(path, 'wx+', 0o600);
  try {
    ftruncateSync(descriptor, bytes);
    for (const { offset, content } of pieces) writeSync(descriptor, content, 0, content.length, offset);
    return descriptor;
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

function nextData(descriptor: number, offset: number): number | undefined {
  try {
    return seek(descriptor, offset, SEEK_DATA);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENXIO') return undefined;
    throw error;
  }
}
