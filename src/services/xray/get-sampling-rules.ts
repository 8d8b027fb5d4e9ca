import type { GetSamplingRulesRequest, GetSamplingRulesResult } from '@aws-sdk/client-xray';
import type { OperationHandler } from '../../aws/service.ts';
import { samplingRules, shownRule } from './sampling/sampling-rules.ts';
import type { Place } from './segments/segment-rows.ts';
import type { XrayDependencies } from './xray-dependencies.ts';

/** There are so few that all come at once: no token leads anywhere. */
export function getSamplingRules(
  deps: XrayDependencies,
): OperationHandler<GetSamplingRulesRequest, GetSamplingRulesResult> {
  return async (_input, context) => await samplingRulesOf(deps, context);
}

export async function samplingRulesOf(
  { store }: Pick<XrayDependencies, 'store'>,
  place: Place,
): Promise<GetSamplingRulesResult> {
  return { SamplingRuleRecords: (await samplingRules(store.db, place)).map(shownRule) };
}
