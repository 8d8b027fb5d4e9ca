import { expect, test } from 'vitest';
import { RemoteCode } from './remote-code.ts';

function remoteCode() {
  const asked: string[] = [];
  const code = new RemoteCode(async ([sha256 = '']) => {
    asked.push(sha256);
    return '/';
  });
  return { code, asked };
}

test('asks once for each package', async () => {
  const { code, asked } = remoteCode();
  for (const name of ['a', 'b', 'a', 'b']) expect(await code.prepare(name)).toBe('/');
  expect(asked).toEqual(['a', 'b']);
});

test('does not keep what a thousand deployments ago was asked for', async () => {
  const { code, asked } = remoteCode();
  await code.prepare('first');
  for (let deployment = 0; deployment < 1000; deployment += 1) await code.prepare(String(deployment));
  await code.prepare('999');
  expect(asked).toHaveLength(1001);
  await code.prepare('first');
  expect(asked).toHaveLength(1002);
});
