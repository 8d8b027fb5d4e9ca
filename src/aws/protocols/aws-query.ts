import { escapeXml, writeXml } from '../codecs/xml-write.ts';
import { readQueryInput } from './query-input.ts';
import { noStream } from './wire-protocol.ts';
import type { WireProtocol } from './wire-protocol.ts';
import { queryErrorXml } from './xml-error.ts';

const CONTENT_TYPE = 'text/xml';

export const awsQuery: WireProtocol = {
  streamsInput: noStream,
  readInput: (call) => readQueryInput(call, 'aws'),

  writeOutput(operation, output, requestId) {
    const { name, service } = operation;
    const result = operation.hasOutput ? writeXml(operation.output, output, `${name}Result`) : '';
    const metadata = `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata>`;
    const namespace = ` xmlns="${escapeXml(service.json.xmlNamespace)}"`;
    const body = `<${name}Response${namespace}>${result}${metadata}</${name}Response>`;
    return { status: 200, headers: { 'Content-Type': CONTENT_TYPE }, body };
  },

  writeError(service, error, status, requestId) {
    const queryStatus = service?.error(error.code)?.traits.awsQueryError?.[1] ?? status;
    const body = queryErrorXml(service, error, queryStatus, requestId);
    return { status: queryStatus, headers: { 'Content-Type': CONTENT_TYPE }, body };
  },
};
