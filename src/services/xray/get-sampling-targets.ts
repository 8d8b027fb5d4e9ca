import type {
  GetSamplingTargetsRequest,
  GetSamplingTargetsResult,
  SamplingTargetDocument,
  UnprocessedStatistics,
} from '@aws-sdk/client-xray';
import type { OperationHandler } from '../../aws/service.ts';
import { samplingRules } from './sampling/sampling-rules.ts';
import type { Place } from './segments/segment-rows.ts';
import type { XrayDependencies } from './xray-dependencies.ts';
import { notBuilt } from './xray-errors.ts';

/** Clients report again after so long. */
const INTERVAL_SECONDS = 10;

/** What clients may sample until they report again. */
export function getSamplingTargets(
  deps: XrayDependencies,
): OperationHandler<GetSamplingTargetsRequest, GetSamplingTargetsResult> {
  return async (input, context) => await samplingTargetsOf(deps, context, input);
}

export async function samplingTargetsOf(
  { store, clock, shares }: Pick<XrayDependencies, 'store' | 'clock' | 'shares'>,
  place: Place,
  {
    SamplingStatisticsDocuments: documents = [],
    SamplingBoostStatisticsDocuments: boosts = [],
  }: GetSamplingTargetsRequest,
): Promise<GetSamplingTargetsResult> {
  if (boosts.length > 0) throw notBuilt('SamplingBoostStatisticsDocuments');
  const rules = await samplingRules(store.db, place);
  const nowMs = clock.now();
  const targets: SamplingTargetDocument[] = [];
  const unprocessed: UnprocessedStatistics[] = [];
  for (const { RuleName = '', ClientID = '' } of documents) {
    const found = rules.find(({ name }) => name === RuleName);
    if (found === undefined) {
      unprocessed.push({ RuleName, ErrorCode: 'InvalidRuleName', Message: `There is no rule ${RuleName}.` });
      continue;
    }
    const { FixedRate, ReservoirSize = 0 } = found.rule;
    targets.push({
      RuleName,
      FixedRate,
      ReservoirQuota: shares.shareOf(place, RuleName, ClientID, ReservoirSize, nowMs),
      ReservoirQuotaTTL: new Date(nowMs + INTERVAL_SECONDS * 1000),
      Interval: INTERVAL_SECONDS,
    });
  }
  return {
    SamplingTargetDocuments: targets,
    LastRuleModification: new Date(Math.max(...rules.map(({ modifiedAtMs }) => modifiedAtMs))),
    UnprocessedStatistics: unprocessed,
    UnprocessedBoostStatistics: [],
  };
}
