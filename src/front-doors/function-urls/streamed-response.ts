import type { InvokeAnswer } from '../../invoke/function-invoker.ts';
import type { ResponseChunks } from '../../invoke/response-chunks.ts';
import { isHeaderText } from '../../model/header-text.ts';
import { isObject, responseHead, type UrlResponse } from './function-response.ts';

/** The type by which a function says that a description of the response comes before its body. */
const DESCRIBED = 'application/vnd.awslambda.http-integration-response';
const DESCRIPTION_END = Buffer.alloc(8);
const LARGEST_DESCRIPTION_BYTES = 1024 * 1024;
const ANY_BYTES = 'application/octet-stream';
const NOTHING = new Uint8Array();

/**
 * The response of a function that streams, as soon as its status and headers are known. Its body fails where the
 * function does.
 * @param ended the end of the invocation
 * @returns undefined when that cannot be sent, which is a 502
 */
export async function streamedResponse(
  chunks: ResponseChunks,
  ended: Promise<InvokeAnswer>,
): Promise<UrlResponse | undefined> {
  const parts = chunks[Symbol.asyncIterator]();
  if (chunks.contentType !== DESCRIBED)
    return await undescribed(chunks.contentType || ANY_BYTES, parts, ended);
  let read = Buffer.alloc(0);
  for (;;) {
    const end = read.indexOf(DESCRIPTION_END);
    if (end >= 0) {
      const head = headOf(read.subarray(0, end));
      const rest = read.subarray(end + DESCRIPTION_END.length);
      return head === undefined ? undefined : { ...head, body: bodyOf(rest, parts, ended) };
    }
    const next = await parts.next();
    // Announced, and nothing came at all: as on AWS that is an empty body, while half of one is a failure.
    if (next.done === true && read.length === 0) return await undescribed(ANY_BYTES, parts, ended);
    if (next.done === true || read.length > LARGEST_DESCRIPTION_BYTES) return undefined;
    read = Buffer.concat([read, next.value]);
  }
}

/** Begins with the first bytes: a function that fails before them has not answered. */
async function undescribed(
  type: string,
  parts: AsyncGenerator<Uint8Array>,
  ended: Promise<InvokeAnswer>,
): Promise<UrlResponse | undefined> {
  if (!isHeaderText(type)) return undefined;
  const { done, value } = await parts.next();
  if (done === true && (await ended).functionError !== undefined) return undefined;
  const first = done === true ? NOTHING : value;
  return { status: 200, headers: [['content-type', type]], body: bodyOf(first, parts, ended) };
}

function headOf(description: Buffer): Omit<UrlResponse, 'body'> | undefined {
  try {
    const described: unknown = JSON.parse(description.toString());
    return isObject(described) ? responseHead(described, ANY_BYTES) : undefined;
  } catch {
    return undefined;
  }
}

async function* bodyOf(
  first: Uint8Array,
  parts: AsyncGenerator<Uint8Array>,
  ended: Promise<InvokeAnswer>,
): AsyncGenerator<Uint8Array> {
  if (first.length > 0) yield first;
  yield* parts;
  if ((await ended).functionError !== undefined) throw new Error('The function failed midway.');
}
