/**
 * Headers that Invoke, the choice of its operation or its signature ask for: found while the head is read. All others
 * are looked for when somebody asks.
 */
const KNOWN = [
  'host',
  'connection',
  'content-length',
  'content-type',
  'content-encoding',
  'authorization',
  'origin',
  'smithy-protocol',
  'amz-sdk-invocation-id',
  'amz-sdk-request',
  'x-amz-target',
  'x-amz-date',
  'x-amz-content-sha256',
  'x-amz-security-token',
  'x-amz-user-agent',
  'x-amz-invocation-type',
  'x-amz-log-type',
  'x-amz-client-context',
  'x-amz-durable-execution-name',
  'x-amz-tenant-id',
  'x-amzn-trace-id',
  'x-amzn-requestid',
] as const;

/** Headers that say how to read the message, or the next one, otherwise. */
const UNWELCOME = [
  'transfer-encoding',
  'expect',
  'upgrade',
  'trailer',
  'te',
  'proxy-connection',
  'keep-alive',
  'http2-settings',
] as const;

export const PLACES = KNOWN.length;
export const REFUSED = -1;

/** What each byte of a header's name counts as: in lower case, and 0 where HTTP allows no such byte. */
export const NAME_BYTES = new Uint8Array(256);
for (const character of "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz") {
  NAME_BYTES[character.charCodeAt(0)] = character.charCodeAt(0);
  NAME_BYTES[character.toUpperCase().charCodeAt(0)] = character.charCodeAt(0);
}

/** The next state of a name's hash. */
export function hashOn(hash: number, byte: number): number {
  return (Math.imul(hash, 31) + byte) | 0;
}

interface Entry {
  readonly name: string;
  readonly place: number;
}

const places = new Map<string, number>(KNOWN.map((name, index) => [name, index]));
const byHash = new Map<number, Entry>([
  ...KNOWN.map((name, place) => [hashOf(name), { name, place }] as const),
  ...UNWELCOME.map((name) => [hashOf(name), { name, place: REFUSED }] as const),
]);

function hashOf(name: string): number {
  let hash = 0;
  for (const byte of Buffer.from(name)) hash = hashOn(hash, byte);
  return hash;
}

/** Those every signature has to cover, with their places. */
export const AMZ_NAMES: readonly (readonly [name: string, place: number])[] = [...places].filter(([name]) =>
  name.startsWith('x-amz-'),
);

/** Where the value of a header is kept, by its name in lower case; undefined for one that is not known. */
export function placeOfName(name: string): number | undefined {
  return places.get(name);
}

/** The same for a name as it was sent; REFUSED for the unwelcome, and for another name with the hash of a known one. */
export function placeOf(hash: number, bytes: Buffer, start: number, end: number): number | undefined {
  const entry = byHash.get(hash);
  if (entry === undefined) return undefined;
  const { name, place } = entry;
  if (name.length !== end - start) return REFUSED;
  for (let at = 0; at < name.length; at += 1) {
    if (NAME_BYTES[bytes[start + at] ?? 0] !== name.charCodeAt(at)) return REFUSED;
  }
  return place;
}
