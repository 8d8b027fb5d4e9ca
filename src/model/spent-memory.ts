/**
 * The memory of large payloads, given back as soon as they have been used. Left to the garbage collector it would make
 * that run all the time: megabytes outside its heap have it look at everything in there.
 *
 * Three have to agree. Whoever wrote or made the bytes says that the memory is all theirs and that nothing of it is still
 * being written (`own`). Who has had the use of them, and knows that nobody else has, says so (`spend`). Who sends
 * or keeps them takes the memory back at the end (`reclaim`). Without any of these it is the collector's, as ever.
 * Whoever looks too late finds no bytes, never somebody else's.
 */
const states = new WeakMap<ArrayBufferLike, 'own' | 'spent'>();

/** Below this the collector's way is the cheaper one. */
const LEAST_BYTES = 32 * 1024;

export function own({ buffer, byteLength }: Uint8Array): void {
  if (byteLength >= LEAST_BYTES) states.set(buffer, 'own');
}

/** A part of it is on its way to somebody, and not to be touched. */
export function lend({ buffer, byteLength }: Uint8Array): void {
  if (byteLength >= LEAST_BYTES) states.delete(buffer);
}

export function spend({ buffer, byteLength }: Uint8Array): void {
  if (byteLength >= LEAST_BYTES && states.get(buffer) === 'own') states.set(buffer, 'spent');
}

/** @param beside other bytes that may lie in the same memory, and are still wanted */
export function reclaim({ buffer, byteLength }: Uint8Array, beside?: string | Uint8Array): void {
  if (byteLength < LEAST_BYTES || states.get(buffer) !== 'spent') return;
  if (typeof beside !== 'object' || beside.buffer !== buffer) release(buffer);
}

/** For whoever alone has it. */
export function release(buffer: ArrayBufferLike): void {
  states.delete(buffer);
  if (buffer instanceof ArrayBuffer) buffer.transfer(0);
}

/** The same, unless it is a part of memory that others have as well. */
export function releaseWhole({ buffer, byteLength }: Uint8Array): void {
  if (byteLength === buffer.byteLength) release(buffer);
}
