import { NormalizedSchema } from '@smithy/core/schema';
import type {
  ModelJson,
  OperationJson,
  Protocol,
  ServiceIndexEntry,
} from '../../src/aws/schema/model-json.ts';
import { clientClass, errorSchemas, newClient, operationSchemas, protocolName } from './sdk-client.ts';
import type { RawSchema, SdkModule } from './sdk-client.ts';
import { ShapeTable } from './shape-table.ts';

/** Turns the schemas that an SDK package exports into the plain JSON of `src/aws/models`. */
export function extractModel(name: string, module: SdkModule): ModelJson {
  const client = newClient(clientClass(module));
  const { config } = client;
  const settings = config.protocolSettings;
  const table = new ShapeTable();
  const operations: Record<string, OperationJson> = {};
  for (const schema of operationSchemas(module)) operations[schema[2]] = operation(schema, table);
  for (const schema of errorSchemas(module)) table.addStructure(NormalizedSchema.of(schema as never));
  const signingName = config.defaultSigningName ?? name;
  const version = settings.version ?? '';
  client.destroy();
  return {
    name,
    id: config.serviceId,
    signingName,
    namespace: settings.defaultNamespace,
    version,
    target: settings.serviceTarget ?? '',
    xmlNamespace: settings.xmlNamespace ?? `http://${queryHost(signingName)}/doc/${version}/`,
    protocol: protocolName(config) as Protocol,
    queryCompatible: settings.awsQueryCompatible ?? false,
    operations,
    shapes: table.shapes,
  };
}

/** The one host name of an XML namespace that is older than its service's signing name. */
function queryHost(signingName: string): string {
  return signingName === 'sqs' ? 'queue.amazonaws.com' : `${signingName}.amazonaws.com`;
}

function operation(schema: RawSchema, table: ShapeTable): OperationJson {
  const [, , , traits, input, output] = schema as RawSchema & { 3: unknown; 4: never; 5: never };
  const http = (traits as { http?: [string, string, number] } | undefined)?.http;
  const inputIndex = table.addStructure(NormalizedSchema.of(input));
  const outputIndex = table.addStructure(NormalizedSchema.of(output));
  return {
    ...(http === undefined ? {} : { http }),
    ...(inputIndex === undefined ? {} : { input: inputIndex }),
    ...(outputIndex === undefined ? {} : { output: outputIndex }),
  };
}

/** What dispatch needs to know of a service before its model is read. */
export function indexEntry(model: ModelJson): ServiceIndexEntry {
  const roots = new Set<string>();
  for (const { http } of Object.values(model.operations)) {
    const first = http?.[1].split('?')[0]?.split('/')[1];
    if (first !== undefined && first !== '' && !first.startsWith('{')) roots.add(first);
  }
  const { name, signingName, target, version, protocol } = model;
  return { name, signingName, target, version, protocol, roots: [...roots] };
}
