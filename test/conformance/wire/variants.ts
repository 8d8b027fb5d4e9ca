import { SmithyRpcV2CborProtocol } from '@smithy/core/cbor';
import { AwsQueryProtocol } from '@aws-sdk/core/protocols';
import { services } from '../../../tools/models/services.ts';
import { serviceModel } from '../../../src/aws/schema/service-model.ts';

/** A service as reached by one protocol. */
export interface Variant {
  readonly name: string;
  readonly protocol: string;
  /** For the client, where it would speak another protocol by itself. */
  readonly options: Record<string, unknown>;
}

/** Every service by its own protocol, and those that AWS serves by several by each of the others. */
export const variants: readonly Variant[] = [
  ...services.map(({ name }) => ({ name, protocol: serviceModel(name).protocol, options: {} })),
  ...['sqs', 'cloudwatch'].flatMap((name) => [
    { name, protocol: 'awsQuery', options: withProtocol(name, AwsQueryProtocol) },
    { name, protocol: 'rpcv2Cbor', options: withProtocol(name, SmithyRpcV2CborProtocol) },
  ]),
];

/** The JavaScript clients of these services speak JSON; the protocol is an option of theirs. */
function withProtocol(name: string, protocol: unknown): Record<string, unknown> {
  const { namespace, version, xmlNamespace, target } = serviceModel(name).json;
  const settings = { defaultNamespace: namespace, version, xmlNamespace, serviceTarget: target };
  return { protocol, protocolSettings: settings };
}
