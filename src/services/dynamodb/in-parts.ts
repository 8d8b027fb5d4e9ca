/** PostgreSQL takes 65,535 parameters in a statement, SQLite 32,766. */
const MOST_ROWS = 1_000;

/** So many rows at a time as one statement can name. */
export function inParts<T>(all: readonly T[]): T[][] {
  const parts: T[][] = [];
  for (let start = 0; start < all.length; start += MOST_ROWS) {
    parts.push(all.slice(start, start + MOST_ROWS));
  }
  return parts;
}
