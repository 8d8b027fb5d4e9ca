import { expect, test } from 'vitest';
import { ChangeFeed } from '../../store/change-feed.ts';
import { Borrower } from './borrower.ts';
import type { Need, Returned } from './lending-messages.ts';

const functionArn = 'arn:aws:lambda:us-east-1:000000000000:function:limited';

test('a reservation is heard of after a reset, also one of as many units as there was before it', async () => {
  const feed = new ChangeFeed();
  const needs: Need[] = [];
  const returned: Returned[] = [];
  const borrower = new Borrower({
    need: (need) => needs.push(need),
    returned: (units) => returned.push(units),
    removed: () => undefined,
    recalled: () => undefined,
  });
  borrower.follow(feed);
  const value = { nextVersion: 1, reservedConcurrency: 2, recursiveLoop: undefined };
  const reservation = { kind: 'function-settings', key: functionArn, value };
  feed.publish([reservation]);
  borrower.clear(new Error('reset'));
  const lease = borrower.acquire({ functionArn });
  const [answered = { functionArn, units: 0, requests: 0 }] = needs;
  borrower.granted({ functionArn, units: 6, requests: 6, answered, refusal: undefined });
  (await lease).release();
  feed.publish([reservation]);
  expect(returned).toMatchObject([{ functionArn, units: 6 }]);
});
