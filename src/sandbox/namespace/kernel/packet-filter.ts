import {
  attribute,
  type NetlinkMessage,
  NLM_F_APPEND,
  NLM_F_CREATE,
  nested,
  netlinkTransaction,
  request,
  textAttribute,
  unanswered,
} from './netlink.ts';
import { addressBytes, AF_INET, AF_INET6 } from './sockets.ts';

const NETLINK_NETFILTER = 12;
const NFTABLES = 10;
const BATCH_BEGIN = 0x10;
const BATCH_END = 0x11;
const NEW_TABLE = 0;
const NEW_CHAIN = 3;
const NEW_RULE = 6;
const HOOK_OUTPUT = 3;
const NETWORK_HEADER = 1;
const TRANSPORT_HEADER = 2;
const REGISTER = 1;
const VERDICT_REGISTER = 0;
const ACCEPT = 1;
const EQUAL = 0;
const AT_LEAST = 5;
/** In the headers of IPv4 and IPv6, and of TCP and UDP. */
const DESTINATION_AT = 16;
const DESTINATION6_AT = 24;
const SOURCE_PORT_AT = 0;
const DESTINATION_PORT_AT = 2;
const META_PROTOCOL = 16;
const ICMP_UNREACHABLE = 0;
const TCP_RESET = 1;
const PORT_UNREACHABLE = 3;
const PORT_UNREACHABLE6 = 4;
const TABLE = 'lambent';

export const TCP = 6;
export const UDP = 17;

/** One instruction of a rule. */
type Expression = Buffer;
export type Rule = readonly Expression[];

/** Rules that every packet a process sends goes through, in order, until one decides. */
export interface Chain {
  /** AF_INET or AF_INET6. */
  readonly family: number;
  readonly name: string;
  readonly type: 'nat' | 'filter';
  readonly priority: number;
  readonly rules: readonly Rule[];
}

/** Adds chains for outgoing packets of the current network namespace (nf_tables), all at once. */
export function addOutputChains(chains: readonly Chain[]): void {
  const families = new Set(chains.map(({ family }) => family));
  netlinkTransaction(NETLINK_NETFILTER, [
    unanswered(BATCH_BEGIN, generic(0, NFTABLES)),
    ...[...families].map((family) => change(family, NEW_TABLE, textAttribute(1, TABLE))),
    ...chains.flatMap(({ family, name, type, priority, rules }) => [
      change(
        family,
        NEW_CHAIN,
        textAttribute(1, TABLE),
        textAttribute(3, name),
        nested(4, number(1, HOOK_OUTPUT), number(2, priority)),
        textAttribute(7, type),
      ),
      ...rules.map((rule) =>
        change(family, NEW_RULE, textAttribute(1, TABLE), textAttribute(2, name), nested(4, ...rule)),
      ),
    ]),
    unanswered(BATCH_END, generic(0, NFTABLES)),
  ]);
}

/** Holds for destinations that begin with these bytes. */
export function toDestination(prefix: string): Rule {
  return compare(NETWORK_HEADER, DESTINATION_AT, addressBytes(prefix));
}

/** Holds for destinations whose first byte is at least that. */
export function toDestinationFrom(firstByte: number): Rule {
  return compare(NETWORK_HEADER, DESTINATION_AT, Buffer.of(firstByte), AT_LEAST);
}

/** The same for IPv6. */
export function toDestination6(address: string): Rule {
  return compare(NETWORK_HEADER, DESTINATION6_AT, addressBytes(address));
}

export function toDestination6From(firstByte: number): Rule {
  return compare(NETWORK_HEADER, DESTINATION6_AT, Buffer.of(firstByte), AT_LEAST);
}

export function ofProtocol(protocol: number): Rule {
  return [
    expression('meta', number(1, REGISTER), number(2, META_PROTOCOL)),
    expression('cmp', number(1, REGISTER), number(2, EQUAL), nested(3, attribute(1, Buffer.of(protocol)))),
  ];
}

export function toPort(port: number): Rule {
  return compare(TRANSPORT_HEADER, DESTINATION_PORT_AT, shortBytes(port));
}

/** Holds for what comes from that port. */
export function fromPort(port: number): Rule {
  return compare(TRANSPORT_HEADER, SOURCE_PORT_AT, shortBytes(port));
}

/** Keeps no record of it, which only destinations that are changed need. In chains before all others. */
export function untracked(): Rule {
  return [expression('notrack')];
}

export function accept(): Rule {
  return [expression('immediate', number(1, VERDICT_REGISTER), nested(2, nested(2, number(1, ACCEPT))))];
}

/** Refuses a datagram at once: sending fails. */
export function reject(family = AF_INET): Rule {
  const code = family === AF_INET6 ? PORT_UNREACHABLE6 : PORT_UNREACHABLE;
  return [expression('reject', number(1, ICMP_UNREACHABLE), attribute(2, Buffer.of(code)))];
}

/** Refuses a connection at once, with ECONNREFUSED; what `reject` does to one is only noticed after a while. */
export function reset(): Rule {
  return [expression('reject', number(1, TCP_RESET))];
}

/** Sends a connection or datagram to a port on 127.0.0.1 (or ::1) instead. In chains of type nat. */
export function redirect(port: number): Rule {
  const value = nested(2, attribute(1, shortBytes(port)));
  return [expression('immediate', number(1, REGISTER), value), expression('redir', number(1, REGISTER))];
}

function compare(header: number, offset: number, value: Buffer, how = EQUAL): Rule {
  return [
    expression('payload', number(1, REGISTER), number(2, header), number(3, offset), number(4, value.length)),
    expression('cmp', number(1, REGISTER), number(2, how), nested(3, attribute(1, value))),
  ];
}

function expression(name: string, ...attributes: readonly Buffer[]): Expression {
  return nested(1, textAttribute(1, name), nested(2, ...attributes));
}

function change(family: number, kind: number, ...attributes: readonly Buffer[]): NetlinkMessage {
  const body = Buffer.concat([generic(family, 0), ...attributes]);
  return request((NFTABLES << 8) | kind, NLM_F_CREATE | NLM_F_APPEND, body);
}

/** The fixed part of every netfilter message. */
function generic(family: number, resource: number): Buffer {
  return Buffer.of(family, 0, resource >> 8, resource & 0xff);
}

/** Netfilter's numbers have their first byte first, unlike those of netlink itself. */
function number(type: number, value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return attribute(type, bytes);
}

function shortBytes(value: number): Buffer {
  return Buffer.of(value >> 8, value & 0xff);
}
