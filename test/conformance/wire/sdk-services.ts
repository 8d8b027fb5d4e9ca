import { NormalizedSchema } from '@smithy/core/schema';
import { clientClass, errorSchemas, newClient, operationSchemas } from '../../../tools/models/sdk-client.ts';
import type { SdkModule } from '../../../tools/models/sdk-client.ts';

/** A service as its SDK package describes it: the independent side of the comparison. */
export interface SdkService {
  readonly name: string;
  readonly module: SdkModule;
  readonly operations: readonly SdkOperation[];
  readonly errors: readonly NormalizedSchema[];
  /** Values travel as XML or as form parameters. */
  readonly isXml: boolean;
  readonly isQuery: boolean;
}

export interface SdkOperation {
  readonly name: string;
  readonly input: NormalizedSchema;
  readonly output: NormalizedSchema;
  readonly status: number;
}

export interface SdkSender {
  send(command: unknown): Promise<Record<string, unknown>>;
  destroy(): void;
}

export async function loadSdkService(name: string, protocol: string): Promise<SdkService> {
  const module = (await import(`@aws-sdk/client-${name}`)) as SdkModule;
  return {
    name,
    module,
    operations: operationSchemas(module).map((schema) => ({
      name: schema[2],
      status: (schema[3] as { http?: [string, string, number] } | undefined)?.http?.[2] ?? 200,
      input: NormalizedSchema.of(schema[4] as never),
      output: NormalizedSchema.of(schema[5] as never),
    })),
    errors: errorSchemas(module).map((schema) => NormalizedSchema.of(schema as never)),
    isXml: protocol === 'restXml' || protocol.endsWith('Query'),
    isQuery: protocol.endsWith('Query'),
  };
}

export function newSender(
  service: SdkService,
  port: number,
  options: Record<string, unknown> = {},
): SdkSender {
  const client = newClient(clientClass(service.module), {
    endpoint: `http://127.0.0.1:${port}`,
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 's' },
    maxAttempts: 1,
    disableHostPrefix: true,
    ...OWN_OPTIONS[service.name],
    ...options,
  });
  return client as unknown as SdkSender;
}

const OWN_OPTIONS: Readonly<Record<string, Record<string, unknown>>> = {
  s3: {
    forcePathStyle: true,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    disableMultiregionAccessPoints: true,
  },
  // The client would compare the digest of the random body with a random digest.
  sqs: { md5: false },
};

/** The command object of an operation. */
export function newCommand(service: SdkService, operation: string, input: unknown): unknown {
  const Command = service.module[`${operation}Command`] as (new (input: unknown) => unknown) | undefined;
  if (Command === undefined) throw new Error(`The SDK has no command for ${operation}.`);
  return new Command(input);
}

export function requiredMembers(schema: NormalizedSchema): ReadonlySet<string> {
  const raw = schema.getSchema() as unknown as readonly unknown[];
  if (!Array.isArray(raw) || typeof raw[6] !== 'number') return new Set();
  return new Set((raw[4] as string[]).slice(0, raw[6]));
}

/** The traits of a member as this test reads them. */
export type Traits = Readonly<Record<string, unknown>>;
export const traitsOf = (schema: NormalizedSchema): Traits => schema.getMergedTraits();

export function membersOf(schema: NormalizedSchema): [string, NormalizedSchema][] {
  return schema.isUnitSchema() ? [] : [...schema.structIterator()];
}
