import { invalidParameterValue } from '../../../model/lambda-errors.ts';
import type { EventSourceKind } from '../../../model/stored-event-source-mapping.ts';
import type { MappingRequest } from './event-source.ts';
import { missingParameter } from './parameter-errors.ts';

type Access = NonNullable<MappingRequest['SourceAccessConfigurations']>[number];
type AccessType = NonNullable<Access['Type']>;

const KAFKA_TYPES: readonly AccessType[] = ['SASL_SCRAM_512_AUTH', 'CLIENT_CERTIFICATE_TLS_AUTH'];
/** Signed in with the function's role: there is no secret to name. */
const WITHOUT_URI: readonly AccessType[] = ['IAM_AUTH', 'IAM_OAUTHBEARER_AUTH'];

/** Self-managed Kafka takes every type but the virtual host of RabbitMQ. */
const TYPES: Readonly<Partial<Record<EventSourceKind, readonly AccessType[]>>> = {
  msk: KAFKA_TYPES,
  mq: ['BASIC_AUTH', 'VIRTUAL_HOST'],
  documentdb: ['BASIC_AUTH'],
};

const SECRETS: readonly AccessType[] = [
  ...KAFKA_TYPES,
  'BASIC_AUTH',
  'SASL_SCRAM_256_AUTH',
  'SERVER_ROOT_CA_CERTIFICATE',
  'OAUTHBEARER_AUTH',
];
const SECRET_ARN = /^arn:[^:]+:secretsmanager:[^:]+:\d+:secret:.+$/;

/** Each of these is a detail of one of the others. */
const NEEDS: readonly (readonly [AccessType, readonly AccessType[]])[] = [
  ['OAUTHBEARER_SCOPE', ['OAUTHBEARER_AUTH']],
  ['OAUTHBEARER_LOGICAL_CLUSTER', ['OAUTHBEARER_AUTH']],
  ['OAUTHBEARER_IDENTITY_POOL', ['OAUTHBEARER_AUTH']],
  ['OAUTHBEARER_AUDIENCE', ['OAUTHBEARER_AUTH', 'IAM_OAUTHBEARER_AUTH']],
  ['IAM_OAUTHBEARER_AUTH', ['OAUTHBEARER_AUDIENCE']],
];

/** How the poller gets at the source. Throws for what the source does not know and for what cannot be read. */
export function checkAccess(kind: EventSourceKind, request: MappingRequest): void {
  const accesses = request.SourceAccessConfigurations ?? [];
  for (const access of accesses) checkOne(kind, access);
  const types = accesses.map(({ Type }) => Type);
  for (const [type, needed] of NEEDS) {
    if (types.includes(type) && !needed.some((other) => types.includes(other))) {
      throw invalidParameterValue(`Source access type ${type} requires ${needed.join(' or ')}.`);
    }
  }
  if (types.includes('IAM_OAUTHBEARER_AUTH') && types.includes('OAUTHBEARER_AUTH')) {
    throw invalidParameterValue('IAM_OAUTHBEARER_AUTH and OAUTHBEARER_AUTH cannot be specified together.');
  }
  if ((kind === 'mq' || kind === 'documentdb') && !types.includes('BASIC_AUTH')) {
    throw invalidParameterValue(
      'Source access type BASIC_AUTH is required for given event source mapping type.',
    );
  }
}

function checkOne(kind: EventSourceKind, { Type: type, URI: uri }: Access): void {
  if (type === undefined) throw missingParameter('SourceAccessConfigurations.Type');
  if (type === 'VIRTUAL_HOST' ? kind !== 'mq' : TYPES[kind]?.includes(type) === false) {
    throw invalidParameterValue(
      `Unsupported source access type ${type} for given event source mapping type.`,
    );
  }
  if (WITHOUT_URI.includes(type)) {
    if (uri !== undefined) throw invalidParameterValue(`Source access type ${type} does not take a URI.`);
  } else if (uri === undefined) {
    throw missingParameter('SourceAccessConfigurations.URI');
  } else if (SECRETS.includes(type) && !SECRET_ARN.test(uri)) {
    throw invalidParameterValue(`The URI ${uri} of source access type ${type} is not the ARN of a secret.`);
  }
}
