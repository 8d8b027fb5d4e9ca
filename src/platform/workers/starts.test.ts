import { expect, test, vi } from 'vitest';
import { Starts, type StartsAnswer } from './starts.ts';

const ARN = 'arn:aws:lambda:us-east-1:000000000000:function:grows';

test('starts are asked for, allowed as far as the answer goes, then refused with its reason', async () => {
  const asked: number[] = [];
  const answer = Promise.withResolvers<StartsAnswer>();
  const starts = new Starts({
    ask: (_arn, wanted) => {
      asked.push(wanted);
      return answer.promise;
    },
    giveBack: () => undefined,
  });
  const answers: unknown[] = [];
  const demand = (): void => {
    for (let taken = starts.take(ARN, 3, demand); ; taken = starts.take(ARN, 3, demand)) {
      if (taken === 'later' || answers.push(taken) === 3) return;
    }
  };
  demand();
  expect(answers).toEqual([]);
  answer.resolve({ allowed: 2, refusal: 'FunctionInvocationRateLimitExceeded' });
  await vi.waitFor(() => expect(answers).toHaveLength(3), 25_000);
  expect(asked).toEqual([3]);
  expect(answers.slice(0, 2)).toEqual([undefined, undefined]);
  expect(answers[2]).toMatchObject({ members: { Reason: 'FunctionInvocationRateLimitExceeded' } });
});

test('what was allowed and is not needed any more goes back', async () => {
  const returned: number[] = [];
  const starts = new Starts({
    ask: (_arn, wanted) => Promise.resolve({ allowed: wanted, refusal: undefined }),
    giveBack: (_arn, count) => returned.push(count),
  });
  starts.take(ARN, 4, () => starts.take(ARN, 1, () => undefined));
  await vi.waitFor(() => expect(returned).toEqual([3]), 25_000);
});
