import { badParameter, notBuilt } from '../sns-errors.ts';

/** How deliveries to an HTTP endpoint are tried again. Delays in seconds. */
export interface HealthyRetryPolicy {
  readonly minDelayTarget: number;
  readonly maxDelayTarget: number;
  readonly numRetries: number;
  readonly numNoDelayRetries: number;
  readonly numMinDelayRetries: number;
  readonly numMaxDelayRetries: number;
  readonly backoffFunction: 'linear' | 'arithmetic' | 'geometric' | 'exponential';
}

export interface HttpDeliveryPolicy {
  readonly healthyRetryPolicy: HealthyRetryPolicy;
  readonly contentType: string;
}

const DEFAULT_RETRY: HealthyRetryPolicy = {
  minDelayTarget: 20,
  maxDelayTarget: 20,
  numRetries: 3,
  numNoDelayRetries: 0,
  numMinDelayRetries: 0,
  numMaxDelayRetries: 0,
  backoffFunction: 'linear',
};
const DEFAULT_CONTENT_TYPE = 'text/plain; charset=UTF-8';
const FUNCTIONS = ['linear', 'arithmetic', 'geometric', 'exponential'];
const COUNTS = ['numRetries', 'numNoDelayRetries', 'numMinDelayRetries', 'numMaxDelayRetries'] as const;
/** Six hours of retries at most take so long. */
const LONGEST_DELAY_SECONDS = 3600;
const MOST_RETRIES = 100;

type Json = Readonly<Record<string, unknown>>;

/** What a policy can have, as a subscription's and as a topic's name it. What is not built may be there, and empty. */
const PARTS = {
  retry: ['healthyRetryPolicy', 'defaultHealthyRetryPolicy'],
  request: ['requestPolicy', 'defaultRequestPolicy'],
  notBuilt: [
    ['sicklyRetryPolicy', 'throttlePolicy', 'guaranteed'],
    ['defaultSicklyRetryPolicy', 'defaultThrottlePolicy'],
  ],
} as const;
const OVERRIDES = 'disableSubscriptionOverrides';

/** A topic's policy has its parts below `http`, with other names. */
export function checkDeliveryPolicy(text: string, ofTopic: boolean): void {
  const policy = objectOf(parse(text), 'DeliveryPolicy');
  if (ofTopic) checkMembers(policy, ['http']);
  const parts = ofTopic ? objectOf(policy['http'] ?? {}, 'http') : policy;
  const kind = ofTopic ? 1 : 0;
  const names = { retry: PARTS.retry[kind], request: PARTS.request[kind], notBuilt: PARTS.notBuilt[kind] };
  checkMembers(parts, [names.retry, names.request, ...names.notBuilt, ...(ofTopic ? [OVERRIDES] : [])]);
  const missing = names.notBuilt.find((name) => (parts[name] ?? false) !== false);
  if (missing !== undefined) throw notBuilt('DeliveryPolicy', missing);
  if (typeof (parts[OVERRIDES] ?? false) !== 'boolean')
    throw badParameter('DeliveryPolicy', `http.${OVERRIDES} must be true or false`);
  checkRetryPolicy(objectOf(parts[names.retry] ?? {}, 'healthyRetryPolicy'));
  const request = objectOf(parts[names.request] ?? {}, 'requestPolicy');
  checkMembers(request, ['headerContentType']);
  const { headerContentType } = request;
  if (headerContentType !== undefined && typeof headerContentType !== 'string') {
    throw badParameter('DeliveryPolicy', 'requestPolicy.headerContentType must be a text');
  }
}

function checkMembers(given: Json, known: readonly string[]): void {
  const unknown = Object.keys(given).find((name) => !known.includes(name));
  if (unknown !== undefined) throw badParameter('DeliveryPolicy', `unknown member ${unknown}`);
}

function checkRetryPolicy(given: Json): void {
  checkMembers(given, Object.keys(DEFAULT_RETRY));
  const retry = { ...DEFAULT_RETRY, ...given } as HealthyRetryPolicy;
  const { minDelayTarget: least, maxDelayTarget: most } = retry;
  if (!isWhole(least, 1, LONGEST_DELAY_SECONDS) || !isWhole(most, least, LONGEST_DELAY_SECONDS)) {
    throw badParameter(
      'DeliveryPolicy',
      'healthyRetryPolicy.minDelayTarget and maxDelayTarget must be from 1 to 3600, in this order',
    );
  }
  const count = COUNTS.find((name) => !isWhole(retry[name], 0, MOST_RETRIES));
  if (count !== undefined)
    throw badParameter('DeliveryPolicy', `healthyRetryPolicy.${count} must be from 0 to ${MOST_RETRIES}`);
  if (retry.numNoDelayRetries + retry.numMinDelayRetries + retry.numMaxDelayRetries > retry.numRetries) {
    throw badParameter(
      'DeliveryPolicy',
      'healthyRetryPolicy.numRetries must be at least the sum of its phases',
    );
  }
  if (!FUNCTIONS.includes(retry.backoffFunction)) {
    throw badParameter(
      'DeliveryPolicy',
      `healthyRetryPolicy.backoffFunction must be one of ${FUNCTIONS.join(', ')}`,
    );
  }
}

/** @param text of a subscription's policy that was checked */
function deliveryPolicyOf(text: string | undefined): HttpDeliveryPolicy {
  const policy = text === undefined ? {} : (JSON.parse(text) as Json);
  const retry = (policy['healthyRetryPolicy'] ?? {}) as Partial<HealthyRetryPolicy>;
  const request = (policy['requestPolicy'] ?? {}) as { readonly headerContentType?: string };
  return {
    healthyRetryPolicy: { ...DEFAULT_RETRY, ...retry },
    contentType: request.headerContentType ?? DEFAULT_CONTENT_TYPE,
  };
}

/**
 * What holds for a subscription: its own policy, else its topic's. A topic may keep its subscriptions from having their own.
 * @param own text of the subscription's policy. @param ofTopic text of its topic's
 */
export function policyInEffect(own: string | undefined, ofTopic: string | undefined): HttpDeliveryPolicy {
  const isOwn = own !== undefined && !disablesOverrides(ofTopic);
  return deliveryPolicyOf(isOwn ? own : topicDefaults(ofTopic));
}

function disablesOverrides(text: string | undefined): boolean {
  return httpOf(text)[OVERRIDES] === true;
}

function httpOf(text: string | undefined): Json {
  const { http } = (text === undefined ? {} : JSON.parse(text)) as { readonly http?: Json };
  return http ?? {};
}

/** A topic's policy as one for subscriptions that have none of their own; undefined: it has none either. */
function topicDefaults(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const http = httpOf(text);
  return JSON.stringify({
    healthyRetryPolicy: http['defaultHealthyRetryPolicy'],
    requestPolicy: http['defaultRequestPolicy'],
  });
}

/** As GetSubscriptionAttributes shows it. */
export function effectiveSubscriptionPolicy(policy: HttpDeliveryPolicy): string {
  return JSON.stringify({
    healthyRetryPolicy: policy.healthyRetryPolicy,
    sicklyRetryPolicy: null,
    throttlePolicy: null,
    requestPolicy: { headerContentType: policy.contentType },
    guaranteed: false,
  });
}

/** As GetTopicAttributes shows it. */
export function effectiveTopicPolicy(text: string | undefined): string {
  const { healthyRetryPolicy, contentType } = deliveryPolicyOf(topicDefaults(text));
  return JSON.stringify({
    http: {
      defaultHealthyRetryPolicy: healthyRetryPolicy,
      disableSubscriptionOverrides: disablesOverrides(text),
      defaultRequestPolicy: { headerContentType: contentType },
    },
  });
}

/**
 * How long to wait before a retry: first without delay, then with the least, then growing from the least to the longest,
 * then with the longest.
 * @param retry 1 for the first. @returns seconds; undefined when that was all
 */
export function retryDelaySeconds(policy: HealthyRetryPolicy, retry: number): number | undefined {
  const { numRetries, numNoDelayRetries, numMinDelayRetries, numMaxDelayRetries } = policy;
  if (retry > numRetries) return undefined;
  if (retry <= numNoDelayRetries) return 0;
  const { minDelayTarget: least, maxDelayTarget: most } = policy;
  if (retry <= numNoDelayRetries + numMinDelayRetries) return least;
  if (retry > numRetries - numMaxDelayRetries) return most;
  const steps = numRetries - numNoDelayRetries - numMinDelayRetries - numMaxDelayRetries;
  const step = retry - numNoDelayRetries - numMinDelayRetries;
  return Math.round(grown(policy.backoffFunction, least, most, steps === 1 ? 1 : (step - 1) / (steps - 1)));
}

/** @param share of the way from the least delay to the longest, 0 to 1 */
function grown(
  kind: HealthyRetryPolicy['backoffFunction'],
  least: number,
  most: number,
  share: number,
): number {
  switch (kind) {
    case 'linear':
      return least + (most - least) * share;
    case 'arithmetic':
      return least + ((most - least) * share * (share + 1)) / 2;
    case 'geometric':
      return least * (most / least) ** share;
    case 'exponential':
      return least + (most - least) * ((2 ** (share * 10) - 1) / (2 ** 10 - 1));
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw badParameter('DeliveryPolicy', 'it is not JSON');
  }
}

function objectOf(value: unknown, name: string): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw badParameter('DeliveryPolicy', `${name} must be an object`);
  }
  return value as Json;
}

function isWhole(value: unknown, least: number, most: number): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most;
}
