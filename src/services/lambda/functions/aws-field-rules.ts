import type { CreateFunctionRequest, UpdateFunctionConfigurationRequest } from '@aws-sdk/client-lambda';
import { invalidParameterValue, validationError } from '../../../model/lambda-errors.ts';

type Fields = Pick<
  CreateFunctionRequest & UpdateFunctionConfigurationRequest,
  'FileSystemConfigs' | 'VpcConfig'
>;

/**
 * What Lambda itself finds wrong with fields whose effect is not built yet: said before they are refused, so that a
 * request that fails on AWS fails in the same words here.
 */
export function checkAwsRules(input: Fields): void {
  checkIds('subnetIds', input.VpcConfig?.SubnetIds, SUBNET_ID);
  checkIds('securityGroupIds', input.VpcConfig?.SecurityGroupIds, SECURITY_GROUP_ID);
  checkFileSystems(input);
}

/** What is particular to new functions. */
export function checkCreationRules(input: CreateFunctionRequest): void {
  if (input.PackageType === 'Image') {
    const zipOnly = [input.Handler, input.Runtime, input.Layers?.[0]];
    if (zipOnly.some((value) => value !== undefined)) {
      throw invalidParameterValue(
        "Please don't provide Handler or Runtime or Layer when the intended function PackageType is Image.",
      );
    }
  }
  if (input.DurableConfig !== undefined && input.DurableConfig.ExecutionTimeout === undefined) {
    throw invalidParameterValue(
      'You cannot create a function with a durable configuration without an executionTimeout',
    );
  }
  if (input.CapacityProviderConfig !== undefined && (input.VpcConfig?.SubnetIds ?? []).length > 0) {
    throw invalidParameterValue("You can't use Lambda Managed Instance functions with VPC configurations.");
  }
}

const SUBNET_ID = '^subnet-[0-9a-z]*$';
const SECURITY_GROUP_ID = '^sg-[0-9a-zA-Z]*$';
const LONGEST_ID = 1024;

/** The API reference gives these patterns; the service model, which the wire layer checks, does not. */
function checkIds(member: string, ids: readonly string[] | undefined, pattern: string): void {
  const expression = new RegExp(pattern);
  if (ids === undefined || ids.every((id) => id.length <= LONGEST_ID && expression.test(id))) return;
  throw validationError(
    `1 validation error detected: Value '[${ids.join(', ')}]' at 'vpcConfig.${member}' failed to satisfy constraint: ` +
      `Member must satisfy constraint: [Member must have length less than or equal to ${LONGEST_ID}, ` +
      'Member must have length greater than or equal to 0, ' +
      `Member must satisfy regular expression pattern: ${pattern}, Member must not be null]`,
  );
}

/** No function here is in a VPC yet, so only what the request itself says counts. */
function checkFileSystems({ FileSystemConfigs, VpcConfig }: Fields): void {
  const [fileSystem] = FileSystemConfigs ?? [];
  if (fileSystem === undefined || (VpcConfig?.SubnetIds ?? []).length > 0) return;
  throw invalidParameterValue(
    `Function must be configured to execute in a VPC to reference access point ${fileSystem.Arn}. ` +
      'Please update the function configuration to include VPC subnets and security groups.',
  );
}
