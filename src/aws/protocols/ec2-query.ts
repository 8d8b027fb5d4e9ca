import { escapeXml, writeXmlContent } from '../codecs/xml-write.ts';
import { readQueryInput } from './query-input.ts';
import { noStream } from './wire-protocol.ts';
import type { WireProtocol } from './wire-protocol.ts';

const CONTENT_TYPE = 'text/xml;charset=UTF-8';
const XML = '<?xml version="1.0" encoding="UTF-8"?>\n';

export const ec2Query: WireProtocol = {
  streamsInput: noStream,
  readInput: (call) => readQueryInput(call, 'ec2'),

  writeOutput({ name, service, output: shape }, output, requestId) {
    const namespace = ` xmlns="${escapeXml(service.json.xmlNamespace)}"`;
    const content = `<requestId>${requestId}</requestId>${writeXmlContent(shape, output)}`;
    const body = `${XML}<${name}Response${namespace}>${content}</${name}Response>`;
    return { status: 200, headers: { 'Content-Type': CONTENT_TYPE }, body };
  },

  writeError(_service, error, status, requestId) {
    const detail = `<Code>${escapeXml(error.code)}</Code><Message>${escapeXml(error.message)}</Message>`;
    const body = `${XML}<Response><Errors><Error>${detail}</Error></Errors><RequestID>${requestId}</RequestID></Response>`;
    return { status, headers: { 'Content-Type': CONTENT_TYPE }, body };
  },
};
