import { readText } from '../codecs/text.ts';
import { setEntry } from '../codecs/entries.ts';
import { serializationError } from '../codecs/serialization-error.ts';
import type { WireRequest } from '../request.ts';
import type { Labels } from '../routing/rest-router.ts';
import { literalParameters } from '../routing/route-pattern.ts';
import type { Operation } from '../schema/service-model.ts';
import { structureOf } from '../schema/shape.ts';
import type { Member, Shape, StructureShape } from '../schema/shape.ts';
import { splitHeaderList, splitHttpDateList } from './header-list.ts';

type Input = Record<string, unknown>;
type Binder = (input: Input, request: WireRequest, labels: Labels) => void;

/** Where each member of a REST operation's input is found, worked out once for the operation. */
export interface RestInputPlan {
  /** Fills the members that come from the path, the query and the headers. */
  readonly bind: readonly Binder[];
  /** Those that are looked at for that, by their names in lower case; undefined when any may be. */
  readonly headers: readonly string[] | undefined;
  /** The one member that is the whole body. */
  readonly payload: Member | undefined;
  /** The members that travel together in the body; undefined when there are none. */
  readonly body: StructureShape | undefined;
}

const plans = new WeakMap<Operation, RestInputPlan>();

export function restInputPlan(operation: Operation): RestInputPlan {
  const plan = plans.get(operation) ?? compile(operation);
  plans.set(operation, plan);
  return plan;
}

function compile(operation: Operation): RestInputPlan {
  const { input } = operation;
  const bind: Binder[] = [];
  const inBody: Member[] = [];
  const headers = input.members.flatMap(({ traits }) => traits.httpHeader?.toLowerCase() ?? []);
  const isOpen = input.members.some(({ traits }) => traits.httpPrefixHeaders !== undefined);
  let payload: Member | undefined;
  for (const member of input.members) {
    const { traits } = member;
    if (traits.httpLabel !== undefined) bind.push(bindLabel(member));
    else if (traits.httpQuery !== undefined) bind.push(bindQuery(member, traits.httpQuery));
    else if (traits.httpQueryParams !== undefined)
      bind.push(bindQueryMap(member, boundParameters(operation)));
    else if (traits.httpHeader !== undefined)
      bind.push(bindHeader(member, traits.httpHeader.toLowerCase(), operation.service.name === 's3'));
    else if (traits.httpPrefixHeaders !== undefined) bind.push(bindHeaders(member, traits.httpPrefixHeaders));
    else if (traits.httpPayload !== undefined) payload = member;
    else inBody.push(member);
  }
  return {
    bind,
    headers: isOpen ? undefined : headers,
    payload,
    body: inBody.length === 0 ? undefined : structureOf(input.name, inBody, input.traits),
  };
}

function bindLabel({ name, shape }: Member): Binder {
  return (input, _request, labels) => {
    const text = labels[name];
    if (text !== undefined) input[name] = readText(shape, text, 'date-time');
  };
}

function bindQuery({ name, shape }: Member, parameter: string): Binder {
  return (input, request) => {
    if (request.query === '') return;
    const values = request.parameters.get(parameter);
    if (values === undefined) return;
    input[name] =
      shape.kind === 'list'
        ? values.map((text) => readText(shape.element.shape, text, 'date-time'))
        : readText(shape, values[0] ?? '', 'date-time');
  };
}

/** All query parameters that nothing else has taken. */
function bindQueryMap({ name, shape }: Member, taken: ReadonlySet<string>): Binder {
  const many = shape.kind === 'map' && shape.value.shape.kind === 'list';
  return (input, request) => {
    const result: Input = {};
    for (const [key, values] of request.parameters) {
      if (!taken.has(key)) setEntry(result, key, many ? [...values] : values[0]);
    }
    if (Object.keys(result).length > 0) input[name] = result;
  };
}

function boundParameters(operation: Operation): Set<string> {
  const taken = new Set(operation.input.members.flatMap((member) => member.traits.httpQuery ?? []));
  for (const name of literalParameters(operation.http?.[1] ?? '')) taken.add(name);
  return taken;
}

/** @param isS3 takes its own headers from the query too: that is where presigned URLs have them */
function bindHeader({ name, shape }: Member, header: string, isS3: boolean): Binder {
  const isEncoding = header === 'content-encoding';
  const mayBeInQuery = isS3 && header.startsWith('x-amz-');
  return (input, request) => {
    const sent = request.header(header) ?? (mayBeInQuery ? inQuery(request, header) : undefined);
    const text = isEncoding ? contentEncoding(sent) : sent;
    if (text === undefined) return;
    input[name] =
      shape.kind === 'list' ? readHeaderList(shape.element.shape, text) : readText(shape, text, 'http-date');
  };
}

function inQuery(request: WireRequest, header: string): string | undefined {
  return request.query.includes('x-amz-') ? request.parameters.get(header)?.[0] : undefined;
}

/** The encoding of the content itself: `aws-chunked` was only for the way here. */
function contentEncoding(sent: string | undefined): string | undefined {
  if (sent?.includes('aws-chunked') !== true) return sent;
  const kept = sent.split(',').map((coding) => coding.trim());
  const own = kept.filter((coding) => coding !== 'aws-chunked' && coding !== '');
  return own.length === 0 ? undefined : own.join(',');
}

function readHeaderList(element: Shape, text: string): unknown[] {
  if (element.kind !== 'simple') throw serializationError('A header cannot hold structures');
  const isDate = element.type === 'timestamp' || element.type === 'http-date';
  const items = isDate ? splitHttpDateList(text) : splitHeaderList(text);
  return items.map((item) => readText(element, item, 'http-date'));
}

function bindHeaders({ name }: Member, prefix: string): Binder {
  const start = prefix.toLowerCase();
  return (input, request) => {
    const result: Input = {};
    for (const header of Object.keys(request.headers)) {
      if (header.startsWith(start)) setEntry(result, header.slice(start.length), request.header(header));
    }
    // Only S3 has such headers, and it takes them from a presigned URL's query as well.
    if (request.query.includes(start)) {
      for (const [parameter, [value = '']] of request.parameters)
        if (parameter.startsWith(start)) setEntry(result, parameter.slice(start.length), value);
    }
    if (Object.keys(result).length > 0) input[name] = result;
  };
}
