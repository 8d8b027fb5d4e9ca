/** What a client says of itself before anything is encrypted, as far as it says who shall serve it. */
export interface ClientHello {
  /** The host name it wants, in lower case; undefined when it names none. */
  readonly serverName: string | undefined;
  readonly offersHttp2: boolean;
}

const RECORD_HEAD_BYTES = 5;
const HANDSHAKE_RECORD = 22;
const LARGEST_RECORD_BYTES = 16 * 1024;
const CLIENT_HELLO = 1;
/** The handshake message's own head, the version and the random number. */
const BEFORE_SESSION = 4 + 2 + 32;
const SERVER_NAME = 0;
const PROTOCOLS = 16;

/** How many bytes there must be before `readClientHello` is worth calling; undefined for what is no TLS. */
export function clientHelloBytes(begun: Buffer): number | undefined {
  if (begun[0] !== undefined && begun[0] !== HANDSHAKE_RECORD) return undefined;
  if (begun.length < RECORD_HEAD_BYTES) return RECORD_HEAD_BYTES;
  const length = begun.readUInt16BE(3);
  return begun[1] === 3 && length <= LARGEST_RECORD_BYTES ? RECORD_HEAD_BYTES + length : undefined;
}

/**
 * Reads the first message of a TLS connection (RFC 8446, 4.1.2).
 * @param bytes as many as `clientHelloBytes` says
 * @returns undefined for what is malformed, or cut into several records: whoever speaks TLS shall see to that
 */
export function readClientHello(bytes: Buffer): ClientHello | undefined {
  try {
    return readMessage(bytes.subarray(RECORD_HEAD_BYTES, clientHelloBytes(bytes)));
  } catch {
    // A length points beyond the end.
    return undefined;
  }
}

function readMessage(record: Buffer): ClientHello | undefined {
  if (record[0] !== CLIENT_HELLO || record.readUIntBE(1, 3) !== record.length - 4) return undefined;
  let at = BEFORE_SESSION;
  at += 1 + record.readUInt8(at);
  at += 2 + record.readUInt16BE(at);
  at += 1 + record.readUInt8(at);
  // Without extensions it ends here.
  const extensions = at === record.length ? Buffer.alloc(2) : record.subarray(at);
  if (extensions.readUInt16BE(0) !== extensions.length - 2) return undefined;
  let hello: ClientHello = { serverName: undefined, offersHttp2: false };
  for (at = 2; at < extensions.length; ) {
    const end = at + 4 + extensions.readUInt16BE(at + 2);
    if (end > extensions.length) return undefined;
    const body = extensions.subarray(at + 4, end);
    const kind = extensions.readUInt16BE(at);
    if (kind === SERVER_NAME) hello = { ...hello, serverName: nameIn(body) };
    if (kind === PROTOCOLS) hello = { ...hello, offersHttp2: protocolsIn(body).includes('h2') };
    at = end;
  }
  return hello;
}

/** The list's length, the kind of its first name (0: of a host), and that name with its length. */
function nameIn(list: Buffer): string | undefined {
  if (list.readUInt8(2) !== 0) return undefined;
  return list.toString('latin1', 5, 5 + list.readUInt16BE(3)).toLowerCase();
}

function protocolsIn(list: Buffer): string[] {
  const names: string[] = [];
  for (let at = 2; at < list.length; ) {
    const end = at + 1 + list.readUInt8(at);
    names.push(list.toString('latin1', at + 1, end));
    at = end;
  }
  return names;
}
