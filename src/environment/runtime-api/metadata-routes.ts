import type { IncomingMessage, ServerResponse } from 'node:http';
import { hasToken } from './bearer.ts';

export const METADATA_PATH = '/2026-01-15/metadata/execution-environment';

/** What the metadata endpoint of an environment knows. */
export interface EnvironmentMetadata {
  /** Only who has this, from AWS_LAMBDA_METADATA_TOKEN, is answered. */
  readonly token: string;
  readonly availabilityZoneId: string;
}

export function handleMetadataRequest(
  { token, availabilityZoneId }: EnvironmentMetadata,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  if (request.method !== 'GET') {
    response.setHeader('Allow', 'GET');
    answer(response, 405, { errorMessage: 'Method not allowed', errorType: 'MethodNotAllowed' });
  } else if (!hasToken(request.headers.authorization, `Bearer ${token}`)) {
    answer(response, 401, { errorMessage: 'Invalid metadata token', errorType: 'Unauthorized' });
  } else {
    response.setHeader('Cache-Control', 'private, max-age=43200, immutable');
    answer(response, 200, { AvailabilityZoneID: availabilityZoneId });
  }
}

function answer(response: ServerResponse, status: number, value: Readonly<Record<string, string>>): void {
  const json = JSON.stringify(value);
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(json),
  });
  response.end(json);
}
