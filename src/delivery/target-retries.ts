import type { Delivery } from './delivery.ts';

/** A target's own limits, as the APIs name them. */
export interface RetryPolicy {
  readonly MaximumRetryAttempts?: number | undefined;
  readonly MaximumEventAgeInSeconds?: number | undefined;
}

export type ExhaustedLimit = 'MaximumRetryAttempts' | 'MaximumEventAgeInSeconds';

const DEFAULT_ATTEMPTS = 185;
const DEFAULT_AGE_SECONDS = 86_400;
const LONGEST_DELAY_MS = 600_000;

/** How long to wait before the next try: a second, two, four, up to ten minutes. */
export function retryDelayMs({ attempts }: Delivery): number {
  return Math.min(1000 * 2 ** attempts, LONGEST_DELAY_MS);
}

/** Which of its limits the next try would be over; undefined: it may be tried again. */
export function exhaustedLimit(
  delivery: Delivery,
  policy: RetryPolicy | undefined,
  nowMs: number,
): ExhaustedLimit | undefined {
  const {
    MaximumRetryAttempts: most = DEFAULT_ATTEMPTS,
    MaximumEventAgeInSeconds: age = DEFAULT_AGE_SECONDS,
  } = policy ?? {};
  if (delivery.attempts >= most) return 'MaximumRetryAttempts';
  const ageMs = nowMs + retryDelayMs(delivery) - delivery.acceptedAtMs;
  return ageMs > age * 1000 ? 'MaximumEventAgeInSeconds' : undefined;
}

/** The attributes of a dead letter: facts about what became of it, as texts. */
export function factAttributes(
  facts: Readonly<Record<string, string | undefined>>,
): Record<string, { readonly dataType: string; readonly stringValue: string }> {
  const attributes: Record<string, { dataType: string; stringValue: string }> = {};
  for (const [name, stringValue] of Object.entries(facts))
    if (stringValue !== undefined) attributes[name] = { dataType: 'String', stringValue };
  return attributes;
}
