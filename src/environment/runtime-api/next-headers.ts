import type { Delivery } from './runtime-api-client.ts';

/** What a runtime is told about most of its events in the same words: a line each, `name: value`. */
export function standingHeaderLines(invokedFunctionArn: string): string {
  return `Content-Type: application/json\r\nLambda-Runtime-Invoked-Function-Arn: ${invokedFunctionArn}\r\n`;
}

/** What it is told about this event. */
export function eventHeaderLines({ invocation, deadlineMs, invocationId }: Delivery): string {
  const { clientContext, cognitoIdentity, tenantId } = invocation;
  let lines =
    `Content-Length: ${invocation.payload.length}\r\n` +
    `Lambda-Runtime-Aws-Request-Id: ${invocation.requestId}\r\n` +
    `Lambda-Runtime-Deadline-Ms: ${deadlineMs}\r\n` +
    `Lambda-Runtime-Trace-Id: ${invocation.traceId}\r\n` +
    `Lambda-Runtime-Invocation-Id: ${invocationId}\r\n`;
  if (clientContext !== undefined) lines += `Lambda-Runtime-Client-Context: ${headerText(clientContext)}\r\n`;
  if (cognitoIdentity !== undefined)
    lines += `Lambda-Runtime-Cognito-Identity: ${headerText(cognitoIdentity)}\r\n`;
  if (tenantId !== undefined) lines += `Lambda-Runtime-Aws-Tenant-Id: ${tenantId}\r\n`;
  return lines;
}

/** All of that, as node:http takes it: names and values in turn. */
export function nextHeaders(delivery: Delivery): string[] {
  const lines = standingHeaderLines(delivery.invocation.invokedFunctionArn) + eventHeaderLines(delivery);
  return lines
    .split('\r\n')
    .slice(0, -1)
    .flatMap((line) => {
      const colon = line.indexOf(': ');
      return [line.slice(0, colon), line.slice(colon + 2)];
    });
}

/** A header holds no line breaks and no characters past Latin-1; JSON can spell both as escapes. */
function headerText(json: string): string {
  return json
    .replaceAll(/[\r\n\t]/g, ' ')
    .replaceAll(/[^ -~]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
