import * as fc from 'fast-check';
import type { Operation } from '../../../src/aws/schema/service-model.ts';
import type { Member } from '../../../src/aws/schema/shape.ts';
import { corrupt, corruptions, hostileTexts, RAW_LABELS, WIRE_TRICKS, type WireTrick } from './hostile.ts';
import type { Things } from './things.ts';
import { sensibleInputs } from './values.ts';

type Input = Record<string, unknown>;

/** A request before its marks are replaced: the same for the same seed, whatever the server calls its things. */
export interface FuzzRequest {
  readonly input: Input;
  readonly trick: WireTrick;
  /** Chooses among the forms of the trick. */
  readonly form: number;
}

/** What goes over the wire. */
export interface RawRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** The path was changed, so another operation may be the one that answers. */
  readonly astray: boolean;
}

export function sensibleRequests(operation: Operation): fc.Arbitrary<FuzzRequest> {
  return sensibleInputs(operation).map((input) => ({ input, trick: 'none', form: 0 }));
}

/** Sensible requests with one to three things wrong. */
export function hostileRequests(operation: Operation): fc.Arbitrary<FuzzRequest> {
  const names = operation.input.members.filter(isInBody).map(({ name }) => name);
  const bound = operation.input.members.filter((member) => !isInBody(member)).map(({ name }) => name);
  return fc
    .record({
      input: sensibleInputs(operation),
      wrong: fc.array(corruptions, { minLength: 1, maxLength: 3 }),
      text: fc.option(fc.tuple(fc.nat({ max: 20 }), hostileTexts), { nil: undefined }),
      trick: fc.constantFrom(...WIRE_TRICKS),
      form: fc.nat({ max: 1000 }),
    })
    .map(({ input, wrong, text, trick, form }) => {
      let changed = wrong.reduce((before, one) => corrupt(before, names, one), input);
      const target = text === undefined ? undefined : bound[text[0] % Math.max(1, bound.length)];
      if (text !== undefined && target !== undefined) changed = { ...changed, [target]: text[1] };
      return { input: changed, trick, form };
    });
}

function isInBody({ traits }: Member): boolean {
  return traits.httpLabel === undefined && traits.httpQuery === undefined && traits.httpHeader === undefined;
}

/** The request with the names of the things that are there now. */
export function render(operation: Operation, request: FuzzRequest, things: Things): RawRequest {
  const { input, trick, form } = request;
  const [modelled = 'GET'] = operation.http ?? [];
  const { path, query, headers, payload, rest } = place(operation, request, things);
  const isLabelGone = /\{\w+\}/.test(path);
  const target = withPathTrick(path.replace(/\{\w+\}/g, ''), query, trick, form);
  const body = modelled === 'GET' && trick !== 'no-json' ? '' : bodyText(payload, rest, things);
  const raw: RawRequest = {
    method: trick === 'other-method' ? (METHODS[form % METHODS.length] ?? '') : modelled,
    path: target,
    headers: { 'content-type': 'application/json', authorization: AUTHORIZATION, ...headers },
    body: Buffer.from(body),
    astray: LEADS_ASTRAY.has(trick) || isLabelGone || Object.values(input).some(isOddLabel),
  };
  return withBodyTrick(raw, trick, form);
}

const SCOPE = 'test/20260101/us-east-1/lambda/aws4_request';
const AUTHORIZATION = `AWS4-HMAC-SHA256 Credential=${SCOPE}, SignedHeaders=host, Signature=${'0'.repeat(64)}`;
const METHODS = ['PATCH', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'POST'];
const LEADS_ASTRAY: ReadonlySet<WireTrick> = new Set([
  'raw-label',
  'more-slashes',
  'other-method',
  'unknown-query',
]);

/** Where each member of the input travels. */
interface Placed {
  /** Labels that the input lacks are still there, in braces. */
  path: string;
  readonly query: string[];
  readonly headers: Record<string, string>;
  payload: unknown;
  readonly rest: Input;
}

function place(operation: Operation, { input, trick, form }: FuzzRequest, things: Things): Placed {
  const placed: Placed = {
    path: operation.http?.[1] ?? '/',
    query: [],
    headers: {},
    payload: undefined,
    rest: {},
  };
  const rawLabel = trick === 'raw-label' ? RAW_LABELS[form % RAW_LABELS.length] : undefined;
  for (const [name, value] of Object.entries(input)) {
    const { httpLabel, httpQuery, httpHeader, httpPayload } = operation.input.byName.get(name)?.traits ?? {};
    if (httpLabel !== undefined) {
      placed.path = placed.path.replace(`{${name}}`, () => rawLabel ?? encode(textOf(value, things)));
    } else if (httpQuery !== undefined) {
      for (const one of [value].flat()) placed.query.push(`${httpQuery}=${encode(textOf(one, things))}`);
    } else if (httpHeader !== undefined) placed.headers[httpHeader] = headerText(textOf(value, things));
    else if (httpPayload !== undefined) placed.payload = value;
    else placed.rest[name] = value;
  }
  return placed;
}

function withPathTrick(path: string, given: readonly string[], trick: WireTrick, form: number): string {
  const query = [...given];
  if (trick === 'repeated-query') query.push(...given, 'MaxItems=1', 'MaxItems=2', 'Qualifier=1', 'Marker=');
  if (trick === 'unknown-query') {
    query.push('a', '=', 'X-Amz-Nothing=%', '%zz=%', '&&', 'find=LayerVersion', 'List=ALL');
  }
  const slashed = form % 2 === 0 ? `/${path}` : `${path}//`;
  const chosen = trick === 'more-slashes' ? slashed : path;
  return query.length === 0 ? chosen : `${chosen}${chosen.includes('?') ? '&' : '?'}${query.join('&')}`;
}

/** An empty label or dots lead to another route. */
function isOddLabel(value: unknown): boolean {
  return typeof value !== 'string' || value === '' || value.startsWith('.') || value.includes('/');
}

const TYPES = [
  'text/plain',
  'application/xml',
  'application/x-www-form-urlencoded',
  'multipart/form-data',
  '/',
  '@',
  'application/cbor',
  'application/x-amz-json-1.1',
  'application/json; charset=utf-16',
];
const ENCODINGS = ['gzip', 'aws-chunked', 'deflate, br', 'nothing'];
const OTHER_JSON = ['null', '[]', '[{}]', '"a"', '1', 'true', '""', '{"":{}}', '[1'.repeat(30)];

function withBodyTrick(raw: RawRequest, trick: WireTrick, form: number): RawRequest {
  const { body, headers } = raw;
  const pick = (texts: readonly string[]): string => texts[form % texts.length] ?? '';
  const withBody = (...parts: readonly (Buffer | string)[]): RawRequest => ({
    ...raw,
    body: Buffer.concat(parts.map((part) => Buffer.from(part))),
  });
  const withHeader = (name: string, value: string): RawRequest => ({
    ...raw,
    headers: { ...headers, [name]: value },
  });
  const { 'content-type': _type, ...untyped } = headers;
  const tricked: Partial<Record<WireTrick, RawRequest>> = {
    'empty-body': withBody(),
    'cut-body': withBody(body.subarray(0, form % Math.max(1, body.length))),
    'no-json': withBody('<xml/> no JSON at all'),
    'other-json': withBody(pick(OTHER_JSON)),
    'bad-utf-8': withBody(body.subarray(0, -2), Buffer.from([0xff, 0xfe, 0xc0]), body.subarray(-2)),
    'byte-order-mark': withBody('\ufeff', body),
    'content-type': withHeader('content-type', pick(TYPES)),
    'no-content-type': { ...raw, headers: untyped },
    'content-encoding': withHeader('content-encoding', pick(ENCODINGS)),
    chunked: withHeader('transfer-encoding', 'chunked'),
  };
  return tricked[trick] ?? raw;
}

function bodyText(payload: unknown, rest: Input, things: Things): string {
  const value = payload ?? rest;
  if (typeof value === 'string') return unmark(value, things);
  return withRawMarks(withThings(JSON.stringify(value), things));
}

function textOf(value: unknown, things: Things): string {
  return unmark(typeof value === 'string' ? value : (JSON.stringify(value) ?? ''), things);
}

/** Marks whose content is text. The things' names need no escaping in JSON. */
function withThings(text: string, things: Things): string {
  return text
    .replace(/@(\w+)@/g, (mark, name: string) => things[name] ?? mark)
    .replace(/@long:(\d+)@/g, (_, length) => 'x'.repeat(Number(length)));
}

function unmark(text: string, things: Things): string {
  return withThings(text, things).replace(/@(?:raw|deep):(.*)@/g, '$1');
}

function withRawMarks(json: string): string {
  return json
    .replace(/"@raw:(.*?)@"/g, (_, raw: string) => raw.replaceAll('\\"', '"').replaceAll('\\\\', '\\'))
    .replace(/"@deep:(\d+)@"/g, (_, depth) => '['.repeat(Number(depth)) + ']'.repeat(Number(depth)));
}

function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

/** What HTTP lets a header hold; the rest never leaves a client. */
function headerText(text: string): string {
  return text.replace(/[^\t\u0020-\u007e\u0080-\u00ff]/g, '').slice(0, 8000);
}
