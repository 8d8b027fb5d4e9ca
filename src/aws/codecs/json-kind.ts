/** Names a JSON value's type the way AWS's parser does in its messages, e.g. `STRING_VALUE`. */
export function describeJson(value: unknown): string {
  if (value === null || value === undefined) return 'NULL_VALUE';
  if (value === true) return 'TRUE_VALUE';
  if (value === false) return 'FALSE_VALUE';
  if (typeof value === 'string') return 'STRING_VALUE';
  if (typeof value === 'number') return Number.isInteger(value) ? 'NUMBER_VALUE' : 'DECIMAL_VALUE';
  return Array.isArray(value) ? 'a list' : 'a structure';
}
