import type { ServiceError } from '../../model/service-error.ts';
import { escapeXml, writeXmlContent } from '../codecs/xml-write.ts';
import type { ServiceModel } from '../schema/service-model.ts';
import { structureOf } from '../schema/shape.ts';
import type { StructureShape } from '../schema/shape.ts';
import { queryCode, queryFault } from './query-error.ts';

/** The error document of the query protocols, and of restXml everywhere but on S3. */
export function queryErrorXml(
  service: ServiceModel | undefined,
  error: ServiceError,
  status: number,
  requestId: string,
): string {
  const namespace = service === undefined ? '' : ` xmlns="${escapeXml(service.json.xmlNamespace)}"`;
  const code = `<Code>${escapeXml(queryCode(service, error))}</Code>`;
  const fields = xmlErrorFields(error, service?.error(error.code));
  return (
    `<ErrorResponse${namespace}><Error><Type>${queryFault(status)}</Type>${code}${fields}</Error>` +
    `<RequestId>${requestId}</RequestId></ErrorResponse>`
  );
}

/** An error's message and further members as elements. In XML the message is `Message`, whatever its shape says. */
export function xmlErrorFields(error: ServiceError, shape: StructureShape | undefined): string {
  const message = `<Message>${escapeXml(error.message)}</Message>`;
  if (shape === undefined) return message + unmodelled(error);
  const others = shape.members.filter(
    ({ name, traits }) => name.toLowerCase() !== 'message' && traits.httpHeader === undefined,
  );
  return message + writeXmlContent(structureOf(shape.name, others), error.members);
}

/** S3's errors name the bucket or key they are about in elements no model knows. */
function unmodelled(error: ServiceError): string {
  return Object.entries(error.members)
    .map(([name, value]) => `<${name}>${escapeXml(String(value))}</${name}>`)
    .join('');
}
