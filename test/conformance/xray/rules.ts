import {
  CreateSamplingRuleCommand,
  GetSamplingRulesCommand,
  type SamplingRule,
  type XRayClient,
} from '@aws-sdk/client-xray';
import { uniqueName } from '../../support/lambda-requests.ts';

/** A rule for orders. */
export function rule(more: Partial<SamplingRule> = {}): SamplingRule {
  return {
    RuleName: uniqueName('rule'),
    ResourceARN: '*',
    Priority: 10,
    FixedRate: 0.5,
    ReservoirSize: 5,
    ServiceName: 'shop',
    ServiceType: '*',
    Host: '*',
    HTTPMethod: 'POST',
    URLPath: '/orders*',
    Version: 1,
    ...more,
  };
}

export async function create(xray: XRayClient, more: Partial<SamplingRule> = {}): Promise<SamplingRule> {
  const { SamplingRuleRecord } = await xray.send(new CreateSamplingRuleCommand({ SamplingRule: rule(more) }));
  return SamplingRuleRecord?.SamplingRule ?? rule();
}

export async function rules(xray: XRayClient): Promise<SamplingRule[]> {
  const { SamplingRuleRecords = [] } = await xray.send(new GetSamplingRulesCommand());
  return SamplingRuleRecords.flatMap(({ SamplingRule: found }) => found ?? []);
}
