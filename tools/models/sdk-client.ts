/** What this program reads of an SDK client's configuration. */
export interface ClientConfig {
  readonly serviceId: string;
  readonly defaultSigningName?: string;
  readonly protocol: unknown;
  readonly protocolSettings: ProtocolSettings;
}

export interface ProtocolSettings {
  readonly defaultNamespace: string;
  readonly version?: string;
  readonly serviceTarget?: string;
  readonly xmlNamespace?: string;
  readonly awsQueryCompatible?: boolean;
}

export interface SdkClient {
  readonly config: ClientConfig;
  destroy(): void;
}

type ClientClass = new (options: Record<string, unknown>) => SdkClient;
export type SdkModule = Readonly<Record<string, unknown>>;

/** The client class of an SDK package: the one class named `...Client` that has a service id. */
export function clientClass(module: SdkModule): ClientClass {
  for (const value of Object.values(module)) {
    if (typeof value !== 'function' || !/\wClient$/.test(value.name)) continue;
    const candidate = value as ClientClass;
    if (newClient(candidate).config.serviceId !== undefined) return candidate;
  }
  throw new Error('The package exports no client class.');
}

export function newClient(candidate: ClientClass, options: Record<string, unknown> = {}): SdkClient {
  return new candidate({
    region: 'us-east-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    ...options,
  });
}

/** Name of the protocol an SDK client speaks, e.g. `restJson1`. */
export function protocolName(config: ClientConfig): string {
  const { protocol } = config;
  const instance: unknown =
    typeof protocol === 'function'
      ? new (protocol as new (settings: ProtocolSettings) => unknown)(config.protocolSettings)
      : protocol;
  const name = (instance as { getShapeId(): string }).getShapeId().split('#')[1];
  if (name === undefined) throw new Error('The protocol has no name.');
  return name;
}

/** The operation schemas an SDK package exports. */
export function operationSchemas(module: SdkModule): RawSchema[] {
  return staticSchemas(module).filter((schema) => schema[0] === 9);
}

export function errorSchemas(module: SdkModule): RawSchema[] {
  // The synthetic base class of all of a service's errors is no shape of the service.
  return staticSchemas(module).filter((schema) => schema[0] === -3 && !schema[1].includes('synthetic'));
}

export type RawSchema = readonly [kind: number, namespace: string, name: string, ...rest: unknown[]];

function staticSchemas(module: SdkModule): RawSchema[] {
  return Object.entries(module)
    .filter(([name, value]) => name.endsWith('$') && Array.isArray(value))
    .map(([, value]) => value as RawSchema);
}
