/** Of a table or stream of which nothing has been read yet. */
const FIRST_ROWS = 16;
const MOST_ROWS = 256;
const MOST_KNOWN = 10_000;

/** Bytes of a row of tables and streams, by their ids, when they were last read. */
const known = new Map<string, number>();

/**
 * How many rows to fetch so that about so many bytes come: a page is to be had in few statements, and rows may have 400 KB
 * each, so that many of them for nothing would fill the memory.
 */
export function rowsFor(id: string, bytes: number): number {
  const each = known.get(id);
  if (each === undefined) return FIRST_ROWS;
  return Math.min(MOST_ROWS, Math.max(1, Math.ceil(bytes / each)));
}

/** So many rows had so many bytes. A few small ones do not make the next ones small. */
export function learnRows(id: string, rows: number, bytes: number): void {
  if (rows === 0) return;
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(id, Math.max(1, bytes / rows, (known.get(id) ?? 0) / 2));
}

/** Bytes of a row, as far as is known. */
export function typicalBytes(id: string): number {
  return known.get(id) ?? 1_000;
}
