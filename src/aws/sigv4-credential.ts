/** A credential scope: who signs, for which UTC day (`yyyymmdd`), region and service (its signing name). */
export interface Credential {
  readonly accessKeyId: string;
  readonly date: string;
  readonly region: string;
  readonly service: string;
}

/** Everything a request says about its own signature, each as text and not yet trusted. */
export interface SignatureClaim {
  readonly presigned: boolean;
  readonly algorithm: string;
  readonly credential: string | undefined;
  /** Lower-case names, separated by `;`. */
  readonly signedHeaders: string | undefined;
  readonly signature: string | undefined;
}

/**
 * The value of `name` (with its `=`) in an Authorization header. Parameters are separated by commas, blanks or both.
 */
export function authorizationParameter(header: string, name: string): string | undefined {
  let at = header.indexOf(name);
  while (at > 0) {
    const before = header.charCodeAt(at - 1);
    if (before === SPACE || before === COMMA) return untilSeparator(header, at + name.length);
    at = header.indexOf(name, at + 1);
  }
  return undefined;
}

const SPACE = 0x20;
const COMMA = 0x2c;

function untilSeparator(text: string, start: number): string {
  const comma = text.indexOf(',', start);
  const end = comma < 0 ? text.length : comma;
  const space = text.indexOf(' ', start);
  return text.slice(start, space < 0 ? end : Math.min(end, space));
}

/** The decoded value of the first parameter called `name` in a raw query. Names are compared as they stand. */
export function queryParameter(rawQuery: string, name: string): string | undefined {
  const marker = `${name}=`;
  let at = rawQuery.indexOf(marker);
  while (at >= 0) {
    if (at === 0 || rawQuery[at - 1] === '&') {
      const end = rawQuery.indexOf('&', at);
      return decoded(rawQuery.slice(at + marker.length, end < 0 ? undefined : end));
    }
    at = rawQuery.indexOf(marker, at + 1);
  }
  return undefined;
}

function decoded(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Splits `keyid/yyyymmdd/region/service/terminator`. The key id may hold slashes itself. */
export function splitCredential(text: string): Scope | undefined {
  const known = knownScopes.get(text);
  if (known !== undefined) return known;
  // A copy: a slice would keep the whole head it was cut from.
  const own = Buffer.from(text).toString();
  const scope = split(own);
  if (knownScopes.size >= MOST_KNOWN) knownScopes.clear();
  if (scope !== undefined) knownScopes.set(own, scope);
  return scope;
}

export interface Scope {
  readonly credential: Credential;
  readonly terminator: string;
}

/** A client's stays the same for a day. */
const knownScopes = new Map<string, Scope>();
const MOST_KNOWN = 512;

function split(text: string): Scope | undefined {
  const terminatorAt = text.lastIndexOf('/');
  const serviceAt = text.lastIndexOf('/', terminatorAt - 1);
  const regionAt = text.lastIndexOf('/', serviceAt - 1);
  const dateAt = text.lastIndexOf('/', regionAt - 1);
  // lastIndexOf reads a negative start as 0, so a missing slash shows as an order that is not strict.
  if (dateAt <= 0 || dateAt >= regionAt || regionAt >= serviceAt || serviceAt >= terminatorAt)
    return undefined;
  const credential = {
    accessKeyId: text.slice(0, dateAt),
    date: text.slice(dateAt + 1, regionAt),
    region: text.slice(regionAt + 1, serviceAt),
    service: text.slice(serviceAt + 1, terminatorAt),
  };
  return { credential, terminator: text.slice(terminatorAt + 1) };
}

/** What the request claims: by its Authorization header, else by its query. `undefined` when it claims nothing. */
export function signatureClaim(
  authorization: string | undefined,
  rawQuery: string,
): SignatureClaim | undefined {
  if (authorization?.startsWith('AWS4-')) {
    const end = authorization.indexOf(' ');
    return {
      presigned: false,
      algorithm: end < 0 ? authorization : authorization.slice(0, end),
      credential: authorizationParameter(authorization, 'Credential='),
      signedHeaders: authorizationParameter(authorization, 'SignedHeaders='),
      signature: authorizationParameter(authorization, 'Signature='),
    };
  }
  const algorithm = queryParameter(rawQuery, 'X-Amz-Algorithm');
  if (algorithm === undefined) return undefined;
  return {
    presigned: true,
    algorithm,
    credential: queryParameter(rawQuery, 'X-Amz-Credential'),
    signedHeaders: queryParameter(rawQuery, 'X-Amz-SignedHeaders'),
    signature: queryParameter(rawQuery, 'X-Amz-Signature'),
  };
}
