import type {
  ClockReading,
  EnvironmentRecord,
  FunctionConfiguration,
  FunctionEvents,
  Health,
  InvokeResult,
  LogEvent,
  MappingFacts,
  RuntimeFacts,
} from './api-types.ts';
import { apiErrorFrom } from './api-error.ts';
import { ApiError, CliError } from './cli-error.ts';
import type { Connection } from './connection.ts';
import { type ApiAnswer, type ApiRequest, send } from './send.ts';

/** The public HTTP API, as far as the commands need it. Every method throws CliError, or ApiError for an error answer. */
export class ApiClient {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  health(): Promise<Health> {
    return this.#json({ service: 'lambda', method: 'GET', path: '/_lambent/health' });
  }

  readClock(): Promise<ClockReading> {
    return this.#json({ service: 'lambda', method: 'GET', path: '/_lambent/clock' });
  }

  /** Resolves when all that has become due has been done. */
  turnClock(order: {
    readonly freeze?: true;
    readonly resume?: true;
    readonly advanceMs?: number;
  }): Promise<ClockReading> {
    return this.#json(lambdaCall('POST', '/_lambent/clock', order));
  }

  async listEnvironments(): Promise<EnvironmentRecord[]> {
    const path = '/_lambent/environments';
    const answer = await this.#json<{ environments: EnvironmentRecord[] }>({
      service: 'lambda',
      method: 'GET',
      path,
    });
    return answer.environments;
  }

  async listMappings(): Promise<MappingFacts[]> {
    const answer = await this.#json<{ eventSourceMappings: MappingFacts[] }>({
      service: 'lambda',
      method: 'GET',
      path: '/_lambent/event-source-mappings',
    });
    return answer.eventSourceMappings;
  }

  async functionEvents(functionArn: string): Promise<FunctionEvents> {
    const path = '/_lambent/events';
    return await this.#json({
      service: 'lambda',
      method: 'GET',
      path: `${path}?function=${encodeURIComponent(functionArn)}`,
    });
  }

  async listRuntimes(): Promise<RuntimeFacts[]> {
    const answer = await this.#json<{ runtimes: RuntimeFacts[] }>({
      service: 'lambda',
      method: 'GET',
      path: '/_lambent/runtimes',
    });
    return answer.runtimes;
  }

  /** Takes as long as the download does. */
  installRuntime(runtime: string): Promise<RuntimeFacts> {
    return this.#json({
      service: 'lambda',
      method: 'POST',
      path: '/_lambent/runtimes',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: Buffer.from(new URLSearchParams({ runtime }).toString()),
    });
  }

  async listFunctions(): Promise<FunctionConfiguration[]> {
    const functions: FunctionConfiguration[] = [];
    let query = '';
    for (;;) {
      const page = await this.#json<{ Functions: FunctionConfiguration[]; NextMarker?: string }>({
        service: 'lambda',
        method: 'GET',
        path: `/2015-03-31/functions/${query}`,
      });
      functions.push(...page.Functions);
      if (!page.NextMarker) return functions;
      query = `?Marker=${encodeURIComponent(page.NextMarker)}`;
    }
  }

  /** Undefined when there is no such function. */
  async findFunction(name: string): Promise<FunctionConfiguration | undefined> {
    try {
      return await this.#json({
        service: 'lambda',
        method: 'GET',
        path: functionPath(name, '/configuration'),
      });
    } catch (error) {
      if (error instanceof ApiError && error.code === 'ResourceNotFoundException') return undefined;
      throw error;
    }
  }

  createFunction(input: object): Promise<FunctionConfiguration> {
    return this.#json(lambdaCall('POST', '/2015-03-31/functions', input));
  }

  updateFunctionCode(name: string, input: object): Promise<FunctionConfiguration> {
    return this.#json(lambdaCall('PUT', functionPath(name, '/code'), input));
  }

  updateFunctionConfiguration(name: string, input: object): Promise<FunctionConfiguration> {
    return this.#json(lambdaCall('PUT', functionPath(name, '/configuration'), input));
  }

  /** @param payload JSON text; undefined sends none, and the function gets `{}` */
  async invoke(
    name: string,
    payload: string | undefined,
    options: { readonly qualifier?: string | undefined; readonly tail?: boolean | undefined },
  ): Promise<InvokeResult> {
    const query =
      options.qualifier === undefined ? '' : `?Qualifier=${encodeURIComponent(options.qualifier)}`;
    const answer = await this.#send({
      service: 'lambda',
      method: 'POST',
      path: `${functionPath(name, '/invocations')}${query}`,
      headers: options.tail ? { 'x-amz-log-type': 'Tail' } : {},
      body: Buffer.from(payload ?? ''),
    });
    const log = header(answer, 'x-amz-log-result');
    return {
      statusCode: answer.status,
      executedVersion: header(answer, 'x-amz-executed-version'),
      functionError: header(answer, 'x-amz-function-error'),
      payload: answer.body.toString(),
      logTail: log === undefined ? undefined : Buffer.from(log, 'base64').toString(),
    };
  }

  /** All events of a log group from a time on, oldest first; undefined when there is no such group. */
  async logEvents(group: string, startTimeMs: number): Promise<LogEvent[] | undefined> {
    const events: LogEvent[] = [];
    let nextToken: string | undefined;
    do {
      let page: { events?: LogEvent[]; nextToken?: string };
      try {
        page = await this.#json(logsCall({ logGroupName: group, startTime: startTimeMs, nextToken }));
      } catch (error) {
        if (error instanceof ApiError && error.code === 'ResourceNotFoundException') return undefined;
        throw error;
      }
      events.push(...(page.events ?? []));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    return events;
  }

  async #json<Answer>(request: ApiRequest): Promise<Answer> {
    const answer = await this.#send(request);
    try {
      return JSON.parse(answer.body.toString()) as Answer;
    } catch {
      const { origin } = this.#connection.endpoint;
      throw new CliError(
        `${origin} answers, but not as Lambent does.\nName another endpoint with --endpoint`,
      );
    }
  }

  async #send(request: ApiRequest): Promise<ApiAnswer> {
    const answer = await send(this.#connection, request);
    if (answer.status >= 300) throw apiErrorFrom(answer);
    return answer;
  }
}

function lambdaCall(method: 'POST' | 'PUT', path: string, input: object): ApiRequest {
  const body = Buffer.from(JSON.stringify(input));
  return { service: 'lambda', method, path, headers: { 'content-type': 'application/json' }, body };
}

function logsCall(input: object): ApiRequest {
  return {
    service: 'logs',
    method: 'POST',
    path: '/',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'Logs_20140328.FilterLogEvents',
    },
    body: Buffer.from(JSON.stringify(input)),
  };
}

function functionPath(name: string, rest: string): string {
  return `/2015-03-31/functions/${encodeURIComponent(name)}${rest}`;
}

function header(answer: ApiAnswer, name: string): string | undefined {
  const value = answer.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
