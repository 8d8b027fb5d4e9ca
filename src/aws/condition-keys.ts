import type { RequestContext } from './service.ts';

/** A request as conditions see it, whatever it asks for. */
export interface ConditionFacts {
  readonly timeMs: number;
  readonly region: string;
  readonly resourceAccountId: string;
  readonly isSecure: boolean;
  readonly sourceIp: string | undefined;
  readonly referer: string | undefined;
  readonly userAgent: string | undefined;
}

/** The global condition keys of a request; those of who makes it are `requestKeys`'. */
export function globalKeys(facts: ConditionFacts): Record<string, string | undefined> {
  return {
    'aws:CurrentTime': `${new Date(facts.timeMs).toISOString().slice(0, 19)}Z`,
    'aws:EpochTime': String(Math.floor(facts.timeMs / 1000)),
    'aws:Referer': facts.referer,
    'aws:RequestedRegion': facts.region,
    'aws:ResourceAccount': facts.resourceAccountId,
    'aws:SecureTransport': String(facts.isSecure),
    'aws:SourceIp': facts.sourceIp,
    'aws:UserAgent': facts.userAgent,
    'aws:ViaAWSService': 'false',
  };
}

/** The same of a request to an AWS API. */
export function contextFacts(
  context: RequestContext,
  timeMs: number,
  resourceAccountId: string,
): ConditionFacts {
  return {
    timeMs,
    region: context.region,
    resourceAccountId,
    isSecure: context.origin.startsWith('https:'),
    sourceIp: context.sourceIp,
    referer: context.header('referer'),
    userAgent: context.header('user-agent'),
  };
}
