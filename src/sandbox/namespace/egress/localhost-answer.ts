const HEADER_BYTES = 12;
const RESPONSE_RECURSIVE = 0x80_80;
const TYPE_A = 1;
const CLASS_IN = 1;
const TTL_SECONDS = 60;
/** The name is that of the question, which follows the header. */
const POINTER_TO_QUESTION = 0xc00c;

/**
 * Answers a lookup of `localhost` or a name below it, which name servers don't know and the AWS endpoint is reached by:
 * 127.0.0.1, and nothing for other types.
 * @returns undefined for every other name
 */
export function answerLocalhost(query: Buffer): Buffer | undefined {
  if (query.length < HEADER_BYTES || query.readUInt16BE(4) !== 1) return undefined;
  const question = readQuestion(query);
  if (question === undefined || !/^(?:.+\.)?localhost$/i.test(question.name)) return undefined;
  const header = Buffer.from(query.subarray(0, HEADER_BYTES));
  header.writeUInt16BE(RESPONSE_RECURSIVE | (query.readUInt16BE(2) & 0x0100), 2);
  const hasAddress = question.type === TYPE_A;
  header.writeUInt16BE(hasAddress ? 1 : 0, 6);
  header.fill(0, 8);
  const asked = query.subarray(HEADER_BYTES, question.end);
  return Buffer.concat([header, asked, hasAddress ? addressRecord() : Buffer.alloc(0)]);
}

function addressRecord(): Buffer {
  const record = Buffer.alloc(16);
  record.writeUInt16BE(POINTER_TO_QUESTION, 0);
  record.writeUInt16BE(TYPE_A, 2);
  record.writeUInt16BE(CLASS_IN, 4);
  record.writeUInt32BE(TTL_SECONDS, 6);
  record.writeUInt16BE(4, 10);
  Buffer.of(127, 0, 0, 1).copy(record, 12);
  return record;
}

interface Asked {
  readonly name: string;
  readonly type: number;
  /** Where the question ends. */
  readonly end: number;
}

/** Undefined for what is no plain question. */
function readQuestion(query: Buffer): Asked | undefined {
  const labels: string[] = [];
  let at = HEADER_BYTES;
  for (let length = query[at]; length !== 0; length = query[at]) {
    if (length === undefined || length > 63) return undefined;
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  const end = at + 5;
  return end > query.length ? undefined : { name: labels.join('.'), type: query.readUInt16BE(at + 1), end };
}
