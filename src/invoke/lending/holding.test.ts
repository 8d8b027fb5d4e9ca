import { expect, test } from 'vitest';
import { Holding } from './holding.ts';
import type { Need, Returned } from './lending-messages.ts';

const ARN = 'arn:aws:lambda:us-east-1:000000000000:function:one';

test('a unit that lies idle stays for who waits for a request', async () => {
  const needs: Need[] = [];
  const returned: Returned[] = [];
  const holding = new Holding(ARN, {
    need: (need) => needs.push(need),
    returned: (what) => returned.push(what),
    removed: () => undefined,
    recalled: () => undefined,
  });
  const grant = (): void => {
    const [answered] = needs.splice(0, 1);
    if (answered === undefined) throw new Error('nothing was asked for');
    const { functionArn, units, requests } = answered;
    const refused = (): Error => new Error('refused, though nothing was');
    holding.granted({ functionArn, units, requests, answered, refusal: undefined }, refused);
  };
  const first = holding.wait();
  grant();
  (await first).release();
  holding.giveBackUnused();
  const second = holding.wait();
  expect(needs).toEqual([{ functionArn: ARN, units: 0, requests: 1 }]);
  holding.giveBackUnused();
  grant();
  expect(await second).toBe(holding);
  expect(returned).toEqual([]);
});
