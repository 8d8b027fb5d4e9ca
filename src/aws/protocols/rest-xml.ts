import { isRecord } from '../codecs/entries.ts';
import { parseXml } from '../codecs/xml-parse.ts';
import { readXml } from '../codecs/xml-read.ts';
import { escapeXml, namespaceAttribute, writeXml } from '../codecs/xml-write.ts';
import type { Operation } from '../schema/service-model.ts';
import type { StructureShape } from '../schema/shape.ts';
import { errorMembers } from './error-members.ts';
import { restOutputPlan, writeHead } from './rest-output.ts';
import { readRestInput, streamsRestInput, writeRestOutput } from './rest.ts';
import type { RestFormat } from './rest.ts';
import type { WireAnswer, WireProtocol } from './wire-protocol.ts';
import { queryErrorXml, xmlErrorFields } from './xml-error.ts';

const XML = '<?xml version="1.0" encoding="UTF-8"?>\n';

const format: RestFormat = {
  contentType: 'application/xml',
  read: (_operation, shape, body) => readXml(shape, parseXml(body)),
  write(operation, shape, value, member) {
    const tag = member?.traits.xmlName ?? shape.traits.xmlName ?? shape.name;
    const own = member?.traits.xmlNamespace ?? shape.traits.xmlNamespace;
    const attribute = namespaceAttribute(own ?? operation.service.json.xmlNamespace);
    if (isUnwrapped(operation)) return `${XML}<${tag}${attribute}>${onlyText(shape, value)}</${tag}>`;
    return XML + writeXml(shape, value, tag, attribute);
  },
};

/** The one answer whose root element holds text instead of the member's element: older than the model. */
function isUnwrapped({ service, name }: Operation): boolean {
  return name === 'GetBucketLocation' && service.name === 's3';
}

function onlyText(shape: StructureShape, value: unknown): string {
  const [member] = shape.members;
  const text = isRecord(value) && member !== undefined ? value[member.name] : undefined;
  return typeof text === 'string' ? escapeXml(text) : '';
}

export const restXml: WireProtocol = {
  streamsInput: streamsRestInput,
  readInput: (call, body) => readRestInput(format, call, body),

  writeOutput(operation, output, requestId) {
    const answer = writeRestOutput(format, operation, output);
    if (operation.service.name !== 's3') return answer;
    identify(answer, requestId);
    // The model knows one status for each operation, and a part of an object has its own.
    return answer.headers['Content-Range'] === undefined ? answer : { ...answer, status: 206 };
  },

  writeError(service, error, status, requestId) {
    const shape = service?.error(error.code);
    const members = errorMembers(error, shape);
    const answer =
      shape === undefined
        ? { status, headers: {}, body: undefined }
        : writeHead(restOutputPlan(shape), members, status);
    answer.headers['Content-Type'] = format.contentType;
    if (service?.name !== 's3') {
      answer.body = XML + queryErrorXml(service, error, status, requestId);
      return answer;
    }
    identify(answer, requestId);
    const fields = `<Code>${escapeXml(error.code)}</Code>${xmlErrorFields(error, undefined)}`;
    const ids = `<RequestId>${requestId}</RequestId><HostId>${HOST_ID}</HostId>`;
    answer.body = `${XML}<Error>${fields}${ids}</Error>`;
    return answer;
  },
};

/** S3 answers name themselves twice. */
function identify({ headers }: WireAnswer, requestId: string): void {
  headers['x-amz-request-id'] = requestId;
  headers['x-amz-id-2'] = HOST_ID;
}

/** Which of S3's hosts it was: there is one. */
const HOST_ID = Buffer.from('the one host that Lambent is').toString('base64');
