import { describe, expect, test } from 'vitest';
import { checkAwsRules, checkCreationRules } from './aws-field-rules.ts';

describe('checkAwsRules', () => {
  test.each([
    {},
    { VpcConfig: { SubnetIds: [], SecurityGroupIds: [] }, FileSystemConfigs: [] },
    { VpcConfig: { SubnetIds: ['subnet-1a'], SecurityGroupIds: ['sg-1A'] } },
  ])('has nothing against %j', (input) => {
    expect(() => checkAwsRules(input)).not.toThrow();
  });

  test('knows ids of subnets and security groups', () => {
    const subnets = { VpcConfig: { SubnetIds: ['subnet-1', 'net-2'] } };
    expect(() => checkAwsRules(subnets)).toThrow(
      "1 validation error detected: Value '[subnet-1, net-2]' at 'vpcConfig.subnetIds' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 1024, Member must have length greater than or equal to 0, Member must satisfy regular expression pattern: ^subnet-[0-9a-z]*$, Member must not be null]",
    );
    const groups = { VpcConfig: { SecurityGroupIds: ['sg_1'] } };
    expect(() => checkAwsRules(groups)).toThrow("Value '[sg_1]' at 'vpcConfig.securityGroupIds'");
  });

  test('wants a VPC with a file system', () => {
    const Arn = 'arn:aws:elasticfilesystem:us-east-1:000000000000:access-point/fsap-0123456789abcdef0';
    const FileSystemConfigs = [{ Arn, LocalMountPath: '/mnt/data' }];
    expect(() => checkAwsRules({ FileSystemConfigs })).toThrow(
      `Function must be configured to execute in a VPC to reference access point ${Arn}.`,
    );
    const VpcConfig = { SubnetIds: ['subnet-1'], SecurityGroupIds: ['sg-1'] };
    expect(() => checkAwsRules({ FileSystemConfigs, VpcConfig })).not.toThrow();
  });
});

describe('checkCreationRules', () => {
  const required = { FunctionName: 'f', Role: 'r', Code: {} };

  test('keeps runtime, handler and layers from functions of images', () => {
    const image = { ...required, PackageType: 'Image' as const };
    expect(() => checkCreationRules(image)).not.toThrow();
    expect(() => checkCreationRules({ ...image, Layers: [] })).not.toThrow();
    for (const more of [{ Handler: 'h' }, { Runtime: 'java21' as const }, { Layers: ['arn'] }]) {
      expect(() => checkCreationRules({ ...image, ...more })).toThrow(
        "Please don't provide Handler or Runtime or Layer when the intended function PackageType is Image.",
      );
    }
  });

  test('wants a timeout with a durable configuration', () => {
    expect(() => checkCreationRules({ ...required, DurableConfig: { ExecutionTimeout: 60 } })).not.toThrow();
    expect(() => checkCreationRules({ ...required, DurableConfig: { RetentionPeriodInDays: 1 } })).toThrow(
      'You cannot create a function with a durable configuration without an executionTimeout',
    );
  });

  test('keeps managed instances out of the VPC of a function', () => {
    const CapacityProviderConfig = {
      LambdaManagedInstancesCapacityProviderConfig: { CapacityProviderArn: 'arn' },
    };
    const VpcConfig = { SubnetIds: ['subnet-1'] };
    expect(() => checkCreationRules({ ...required, CapacityProviderConfig })).not.toThrow();
    expect(() => checkCreationRules({ ...required, CapacityProviderConfig, VpcConfig })).toThrow(
      "You can't use Lambda Managed Instance functions with VPC configurations.",
    );
  });
});
