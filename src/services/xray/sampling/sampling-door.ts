import type { GetSamplingTargetsRequest } from '@aws-sdk/client-xray';
import { ServiceError } from '../../../model/service-error.ts';
import type { ServiceRoles } from '../../../model/service-roles.ts';
import type { SamplingAnswer, SamplingQuestion } from '../../../model/trace-sink.ts';
import { samplingRulesOf } from '../get-sampling-rules.ts';
import { samplingTargetsOf } from '../get-sampling-targets.ts';
import type { XrayDependencies } from '../xray-dependencies.ts';
import { isObject } from '../segments/segment-document.ts';
import { invalidRequest } from '../xray-errors.ts';

type DoorDependencies = Pick<XrayDependencies, 'store' | 'clock' | 'shares'> & {
  readonly roles: Pick<ServiceRoles, 'check'>;
};

/** Answers an SDK that asks by way of the daemon, in the name of its function's role. In X-Ray's own JSON. */
export async function answerSampling(
  deps: DoorDependencies,
  question: SamplingQuestion,
): Promise<SamplingAnswer> {
  const { operation, accountId, role: roleArn, functionArn, body } = question;
  const keys = { 'lambda:SourceFunctionArn': functionArn };
  const use = {
    roleArn,
    accountId,
    service: 'lambda.amazonaws.com',
    action: `xray:${operation}`,
    resource: '*',
  };
  try {
    deps.roles.check({ ...use, keys });
    const answer =
      operation === 'GetSamplingRules'
        ? await samplingRulesOf(deps, question)
        : await samplingTargetsOf(deps, question, targetsRequest(body));
    return { status: 200, body: JSON.stringify(onTheWire(answer)) };
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    const { code, message, status } = error;
    return { status, body: JSON.stringify({ __type: code, Message: message }) };
  }
}

function targetsRequest(body: string): GetSamplingTargetsRequest {
  const { SamplingStatisticsDocuments: documents } = parsed(body);
  if (!Array.isArray(documents)) throw invalidRequest('SamplingStatisticsDocuments is required.');
  return {
    SamplingStatisticsDocuments: documents.filter(isObject).map(({ RuleName, ClientID }) => ({
      RuleName: String(RuleName),
      ClientID: String(ClientID),
      Timestamp: undefined,
      RequestCount: undefined,
      SampledCount: undefined,
    })),
  };
}

function parsed(body: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body);
    if (isObject(value)) return value;
  } catch {
    // Said below.
  }
  throw invalidRequest('The request is no JSON object.');
}

/** Times are seconds since the Unix epoch. */
function onTheWire(value: unknown): unknown {
  if (value instanceof Date) return value.getTime() / 1000;
  if (Array.isArray(value)) return value.map(onTheWire);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, onTheWire(inner)]));
}
