import { describe, expect, test } from 'vitest';
import { refuseUnbuiltFields } from './unbuilt-fields.ts';

describe('refuseUnbuiltFields', () => {
  test.each([
    {},
    { Handler: 'index.handler', Timeout: 3 },
    { VpcConfig: {}, KMSKeyArn: '' },
    { VpcConfig: { SubnetIds: [], SecurityGroupIds: [], Ipv6AllowedForDualStack: false } },
    { PackageType: 'Zip' },
    { ImageConfig: { Command: [], EntryPoint: [], WorkingDirectory: '' }, DurableConfig: undefined },
  ])('accepts %j', (input) => {
    expect(() => refuseUnbuiltFields(input)).not.toThrow();
  });

  test.each([
    [{ VpcConfig: { SubnetIds: ['subnet-1'] } }, 'VpcConfig.SubnetIds'],
    [{ VpcConfig: { Ipv6AllowedForDualStack: true } }, 'VpcConfig.Ipv6AllowedForDualStack'],
    [{ DurableConfig: { ExecutionTimeout: 60 } }, 'DurableConfig.ExecutionTimeout'],
    [{ PackageType: 'Image' }, 'PackageType Image'],
  ])('refuses %j', (input, path) => {
    expect(() => refuseUnbuiltFields(input)).toThrow(`${path} is not implemented by Lambent yet.`);
  });
});
