import { expect, test } from 'vitest';
import { missingPowers } from './powers-of-root.ts';

const status = (uid: number, capabilities: string): string =>
  `Name:\tnode\nUid:\t${uid}\t${uid}\t${uid}\t${uid}\nCapInh:\t0000000000000000\nCapEff:\t${capabilities}\n`;

test.each([
  ['root', 0, '000001ffffffffff', undefined],
  ['root of a container', 0, '00000000a80425fb', 'CAP_NET_ADMIN and CAP_SYS_ADMIN'],
  ['root of a container with its networks', 0, '00000000a80435fb', 'CAP_SYS_ADMIN'],
  ['an ordinary user', 1000, '0000000000000000', undefined],
])('%s', (_, uid, capabilities, missing) => {
  const said = missingPowers(status(uid, capabilities));
  if (missing === undefined) expect(said).toBeUndefined();
  else expect(said).toMatch(new RegExp(`^root is without ${missing}, .*--privileged`));
});
