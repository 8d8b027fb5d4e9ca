import { isRecord } from '../codecs/entries.ts';
import { writeText } from '../codecs/text.ts';
import { structureOf } from '../schema/shape.ts';
import type { Member, Shape, StructureShape } from '../schema/shape.ts';
import { quoteHeaderItem } from './header-list.ts';
import type { WireAnswer } from './wire-protocol.ts';

type HeaderWriter = (value: unknown, headers: Record<string, string>) => void;

/** Where each member of a REST output or error goes, worked out once for the shape. */
export interface RestOutputPlan {
  readonly headers: readonly (readonly [member: string, write: HeaderWriter])[];
  /** The member that sets the HTTP status. */
  readonly status: string | undefined;
  readonly payload: Member | undefined;
  readonly body: StructureShape | undefined;
}

const plans = new WeakMap<StructureShape, RestOutputPlan>();

export function restOutputPlan(shape: StructureShape): RestOutputPlan {
  const plan = plans.get(shape) ?? compile(shape);
  plans.set(shape, plan);
  return plan;
}

/** Writes the members that go into headers and the status; the body is the protocol's business. */
export function writeHead(plan: RestOutputPlan, output: unknown, status: number): WireAnswer {
  const answer: WireAnswer = { status, headers: {}, body: undefined };
  if (!isRecord(output)) return answer;
  for (const [name, write] of plan.headers) {
    const value = output[name];
    if (value !== undefined && value !== null) write(value, answer.headers);
  }
  const given = plan.status === undefined ? undefined : output[plan.status];
  if (typeof given === 'number') answer.status = given;
  return answer;
}

function compile(shape: StructureShape): RestOutputPlan {
  const headers: [string, HeaderWriter][] = [];
  const inBody: Member[] = [];
  let payload: Member | undefined;
  let status: string | undefined;
  for (const member of shape.members) {
    const { traits } = member;
    if (traits.httpHeader !== undefined)
      headers.push([member.name, headerWriter(member.shape, traits.httpHeader)]);
    else if (traits.httpPrefixHeaders !== undefined) {
      headers.push([member.name, prefixWriter(traits.httpPrefixHeaders)]);
    } else if (traits.httpResponseCode !== undefined) status = member.name;
    else if (traits.httpPayload !== undefined) payload = member;
    else inBody.push(member);
  }
  const body = inBody.length === 0 ? undefined : structureOf(shape.name, inBody, shape.traits);
  return { headers, status, payload, body };
}

function headerWriter(shape: Shape, header: string): HeaderWriter {
  if (shape.kind !== 'list') {
    return (value, headers) => {
      headers[header] = headerText(shape, value);
    };
  }
  const element = shape.element.shape;
  return (value, headers) => {
    const items = Array.from(value as Iterable<unknown>, (item) => headerText(element, item));
    const quoted =
      element.kind === 'simple' && element.type === 'string' ? items.map(quoteHeaderItem) : items;
    headers[header] = quoted.join(', ');
  };
}

function prefixWriter(prefix: string): HeaderWriter {
  return (value, headers) => {
    for (const [name, text] of Object.entries(value as object)) headers[prefix + name] = String(text);
  };
}

/** A line feed in a header would end it; AWS sends a space instead. */
function headerText(shape: Shape, value: unknown): string {
  const text = writeText(shape, value, 'http-date');
  return text.includes('\n') || text.includes('\r') ? text.replace(/[\r\n]+/g, ' ') : text;
}
