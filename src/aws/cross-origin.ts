import type { IncomingHttpHeaders } from 'node:http';
import type { ServerResponse } from 'node:http';
import { randomUUID } from 'node:crypto';
import type { ServiceError } from '../model/service-error.ts';
import { restXml } from './protocols/rest-xml.ts';
import { sendAnswer } from './answer-writer.ts';
import { serviceModel } from './schema/service-model.ts';

/** A browser's request for a page of another origin. */
export interface PageRequest {
  readonly origin: string;
  /** What the page does, or asks beforehand whether it may. */
  readonly method: string;
  /** Lower case; none unless it asks beforehand. */
  readonly headers: readonly string[];
  readonly isPreflight: boolean;
  /** It is about an object, not its bucket. */
  readonly isObject: boolean;
}

export interface CrossOriginAnswer {
  /** Headers that let the page go on; without them it is not let in. */
  readonly fields?: Readonly<Record<string, string>>;
  /** To a page that asked beforehand. */
  readonly refusal?: ServiceError;
}

/** Which pages may use which bucket. */
export interface CrossOriginRules {
  decide(bucket: string, request: PageRequest): Promise<CrossOriginAnswer>;
}

/** Undefined unless a browser says whose page it is. */
export function pageRequest(
  method: string,
  headers: IncomingHttpHeaders,
  isObject: boolean,
): PageRequest | undefined {
  const { origin } = headers;
  if (origin === undefined) return undefined;
  const asked = headers['access-control-request-method'];
  const isPreflight = method === 'OPTIONS' && asked !== undefined;
  const wanted = isPreflight ? (headers['access-control-request-headers'] ?? '') : '';
  return {
    origin,
    method: isPreflight ? asked : method,
    headers: wanted.split(',').flatMap((name) => (name.trim() === '' ? [] : [name.trim().toLowerCase()])),
    isPreflight,
    isObject,
  };
}

/** Answers a page that asks beforehand what it may do with a bucket. */
export function answerPreflight(response: ServerResponse, { fields, refusal }: CrossOriginAnswer): void {
  const requestId = randomUUID();
  const answer =
    refusal === undefined
      ? { status: 200, headers: { 'x-amz-request-id': requestId, ...fields }, body: undefined }
      : restXml.writeError(serviceModel('s3'), refusal, refusal.status, requestId);
  sendAnswer(response, 'OPTIONS', answer, () => undefined);
}
