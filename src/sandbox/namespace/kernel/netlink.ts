import { closeDescriptor, receive, send, socket } from './sockets.ts';
import { systemError } from './system-call.ts';

const AF_NETLINK = 16;
const SOCK_RAW = 3;

const HEADER_BYTES = 16;
const NLM_F_REQUEST = 0x1;
const NLM_F_ACK = 0x4;
export const NLM_F_EXCL = 0x200;
export const NLM_F_CREATE = 0x400;
export const NLM_F_APPEND = 0x800;
const NLMSG_ERROR = 2;
const NESTED = 0x8000;
const ANSWER_BYTES = 16_384;

export interface NetlinkMessage {
  readonly type: number;
  readonly flags: number;
  /** What follows the netlink header: a fixed part, then attributes. */
  readonly body: Buffer;
}

/**
 * Sends messages in one piece and waits until the kernel has done what each asks for. Of the current namespace.
 * @param answers how many messages it answers beside saying so
 * @returns those, without their headers
 * @throws the error of the first that failed
 */
export function netlinkTransaction(
  protocol: number,
  messages: readonly NetlinkMessage[],
  answers = 0,
): Buffer[] {
  const descriptor = socket(AF_NETLINK, SOCK_RAW, protocol);
  try {
    send(descriptor, Buffer.concat(messages.map((message, index) => encode(message, index + 1))));
    let waitingFor = messages.filter(({ flags }) => (flags & NLM_F_ACK) !== 0).length + answers;
    const received: Buffer[] = [];
    while (waitingFor > 0) {
      const bytes = Buffer.alloc(ANSWER_BYTES);
      const arrived = readAnswers(bytes.subarray(0, receive(descriptor, bytes)));
      waitingFor -= arrived.length;
      received.push(...arrived.filter((answer) => answer !== undefined));
    }
    return received;
  } finally {
    closeDescriptor(descriptor);
  }
}

/** A message the kernel answers when it is done. */
export function request(type: number, flags: number, body: Buffer): NetlinkMessage {
  return { type, flags: NLM_F_REQUEST | NLM_F_ACK | flags, body };
}

/** A message without a word about its being done. */
export function unanswered(type: number, body: Buffer): NetlinkMessage {
  return { type, flags: NLM_F_REQUEST, body };
}

/** Type, length and value, padded to four bytes. */
export function attribute(type: number, value: Buffer): Buffer {
  const header = Buffer.alloc(4);
  header.writeUInt16LE(4 + value.length, 0);
  header.writeUInt16LE(type, 2);
  return Buffer.concat([header, value, Buffer.alloc((4 - (value.length % 4)) % 4)]);
}

export function nested(type: number, ...attributes: readonly Buffer[]): Buffer {
  return attribute(type | NESTED, Buffer.concat(attributes));
}

export function textAttribute(type: number, value: string): Buffer {
  return attribute(type, Buffer.from(`${value}\0`));
}

function encode({ type, flags, body }: NetlinkMessage, sequence: number): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32LE(HEADER_BYTES + body.length, 0);
  header.writeUInt16LE(type, 4);
  header.writeUInt16LE(flags, 6);
  header.writeUInt32LE(sequence, 8);
  return Buffer.concat([header, body, Buffer.alloc((4 - (body.length % 4)) % 4)]);
}

/** One entry for each message: its body, or nothing where the kernel only says that something is done. */
function readAnswers(answers: Buffer): (Buffer | undefined)[] {
  const found: (Buffer | undefined)[] = [];
  for (let at = 0; at + HEADER_BYTES <= answers.length; ) {
    const length = Math.max(HEADER_BYTES, answers.readUInt32LE(at));
    const body = answers.subarray(at + HEADER_BYTES, at + length);
    const isDone = answers.readUInt16LE(at + 4) === NLMSG_ERROR;
    const error = isDone ? body.readInt32LE(0) : 0;
    if (error < 0) throw systemError('netlink', -error);
    found.push(isDone ? undefined : body);
    at += (length + 3) & ~3;
  }
  return found;
}
