/**
 * JSON text to values. Throws SyntaxError.
 * @param exactIntegers integers that no number can hold become bigint; costs a slower parse, so it is asked for only
 *   by operations whose input has a bigint member
 */
export function parseJson(body: Uint8Array, exactIntegers: boolean): unknown {
  const text = Buffer.from(body.buffer, body.byteOffset, body.length).toString('utf8');
  return exactIntegers ? JSON.parse(text, exactInteger) : JSON.parse(text);
}

function exactInteger(_key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
  const source = context?.source ?? '';
  return /^-?\d+$/.test(source) ? BigInt(source) : value;
}

/** A bigint as `JSON.stringify` writes it: a plain number of any length. */
export function rawJsonNumber(value: bigint): unknown {
  return (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(String(value));
}
