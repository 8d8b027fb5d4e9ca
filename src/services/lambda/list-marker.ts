import { invalidParameterValue } from '../../model/lambda-errors.ts';

/** What PostgreSQL's integers hold. */
const HIGHEST_NUMBER = 2_147_483_647;

/** Opaque to callers: the key of the last item they have seen. It stays good when that item is deleted meanwhile. */
export function markerAfter(...key: readonly [string, string]): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

/** The key after which a page starts; a key before everything without a marker. Throws on one we did not make. */
export function readMarker(marker: string | undefined): readonly [string, string] {
  if (marker === undefined || marker === '') return ['', ''];
  const key = parse(Buffer.from(marker, 'base64url').toString());
  if (!Array.isArray(key) || key.length !== 2 || !key.every(isKeyPart)) {
    throw invalidMarker();
  }
  return [String(key[0]), String(key[1])];
}

/** A marker's part as the number it was made from; 0 for none. */
export function markerNumber(part: string): number {
  if (!/^\d{0,10}$/.test(part) || Number(part) > HIGHEST_NUMBER) throw invalidMarker();
  return Number(part);
}

/** Names hold no NUL, and PostgreSQL cannot be asked for one. */
function isKeyPart(part: unknown): boolean {
  return typeof part === 'string' && !part.includes('\0');
}

function invalidMarker(): Error {
  return invalidParameterValue('Invalid pagination marker. Please use the NextMarker of the previous page.');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
