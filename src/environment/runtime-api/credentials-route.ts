import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ExecutionCredentials } from '../execution-credentials.ts';
import { hasToken } from './bearer.ts';

/** Where SDKs find it by AWS_CONTAINER_CREDENTIALS_FULL_URI. */
export const CREDENTIALS_PATH = '/2021-04-23/credentials';

/** The credentials of an environment that has none among its variables, as it lives longer than they would. */
export interface ContainerCredentials {
  /** Only who has this, from AWS_CONTAINER_AUTHORIZATION_TOKEN, is answered. */
  readonly token: string;
  readonly issue: () => ExecutionCredentials;
}

/** The protocol of container credentials, which every AWS SDK speaks. */
export function handleCredentialsRequest(
  { token, issue }: ContainerCredentials,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  if (request.method !== 'GET') {
    response.setHeader('Allow', 'GET');
    answer(response, 405, { code: 'MethodNotAllowed', message: 'Method not allowed' });
  } else if (!hasToken(request.headers.authorization, token)) {
    answer(response, 401, { code: 'Unauthorized', message: 'Invalid authorization token' });
  } else {
    const { accessKeyId, secretAccessKey, sessionToken, expiresMs } = issue();
    answer(response, 200, {
      AccessKeyId: accessKeyId,
      SecretAccessKey: secretAccessKey,
      Token: sessionToken,
      Expiration: new Date(expiresMs).toISOString(),
    });
  }
}

function answer(response: ServerResponse, status: number, value: Readonly<Record<string, string>>): void {
  const json = JSON.stringify(value);
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(json),
    'Cache-Control': 'no-store',
  });
  response.end(json);
}
