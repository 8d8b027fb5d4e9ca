import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import {
  AddPermissionCommand,
  CreateFunctionUrlConfigCommand,
  type CreateFunctionUrlConfigCommandInput,
  type CreateFunctionUrlConfigResponse,
  type LambdaClient,
} from '@aws-sdk/client-lambda';

/** A URL, by default one that asks for no signature. */
export async function createUrl(
  lambda: LambdaClient,
  input: Omit<CreateFunctionUrlConfigCommandInput, 'AuthType'> &
    Partial<Pick<CreateFunctionUrlConfigCommandInput, 'AuthType'>>,
): Promise<CreateFunctionUrlConfigResponse> {
  const command = new CreateFunctionUrlConfigCommand({ AuthType: 'NONE', ...input });
  const { $metadata: _, ...answer } = await lambda.send(command);
  return answer;
}

/** The two permissions that let everybody call a URL without a signature. */
export async function openToAll(
  lambda: LambdaClient,
  FunctionName: string,
  Qualifier?: string,
): Promise<void> {
  const all = { FunctionName, Principal: '*', ...(Qualifier !== undefined && { Qualifier }) };
  await lambda.send(
    new AddPermissionCommand({
      ...all,
      StatementId: 'FunctionURLAllowPublicAccess',
      Action: 'lambda:InvokeFunctionUrl',
      FunctionUrlAuthType: 'NONE',
    }),
  );
  await lambda.send(
    new AddPermissionCommand({
      ...all,
      StatementId: 'FunctionURLInvokeAllowPublicAccess',
      Action: 'lambda:InvokeFunction',
      InvokedViaFunctionUrl: true,
    }),
  );
}

export interface WebAnswer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  /** Names and values in turn. */
  readonly rawHeaders: readonly string[];
  readonly body: string;
}

export interface WebRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: string | Uint8Array;
}

/** Names under localhost are this machine for browsers; here they are looked up by nobody. */
export async function web(
  url: string,
  { method = 'GET', headers, body }: WebRequest = {},
): Promise<WebAnswer> {
  const { hostname, host, port, pathname, search } = new URL(url);
  const address = hostname.endsWith('.localhost') ? '127.0.0.1' : hostname;
  // As written: the WHATWG parser would tidy the path up.
  const path = url.slice(url.indexOf('/', 'https://'.length)) || pathname + search;
  const sent = request({ host: address, port, path, method, headers: { host, ...headers }, agent: false });
  sent.end(body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    rawHeaders: response.rawHeaders,
    body: Buffer.concat(chunks).toString(),
  };
}
