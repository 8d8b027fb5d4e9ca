/** Operations on a function that its policy can grant to another account; no policy grants any other. */
export const GRANTABLE: ReadonlySet<string> = new Set([
  'CreateAlias',
  'DeleteAlias',
  'DeleteFunction',
  'DeleteFunctionConcurrency',
  'DeleteFunctionEventInvokeConfig',
  'DeleteProvisionedConcurrencyConfig',
  'GetAlias',
  'GetFunction',
  'GetFunctionConcurrency',
  'GetFunctionConfiguration',
  'GetFunctionEventInvokeConfig',
  'GetPolicy',
  'GetProvisionedConcurrencyConfig',
  'Invoke',
  'InvokeWithResponseStream',
  'ListAliases',
  'ListFunctionEventInvokeConfigs',
  'ListProvisionedConcurrencyConfigs',
  'ListTags',
  'ListVersionsByFunction',
  'PublishVersion',
  'PutFunctionConcurrency',
  'PutFunctionEventInvokeConfig',
  'PutProvisionedConcurrencyConfig',
  'TagResource',
  'UntagResource',
  'UpdateAlias',
  'UpdateFunctionCode',
  'UpdateFunctionEventInvokeConfig',
]);

/** What the root user of a function's account can always do, so that no policy shuts everybody out for good. */
export const OWNERS_RIGHT: ReadonlySet<string> = new Set(['PutResourcePolicy', 'DeleteResourcePolicy']);

/** Operations whose actions are not their own name. */
const ACTIONS: Readonly<Record<string, readonly string[]>> = {
  Invoke: ['lambda:InvokeFunction'],
  InvokeWithResponseStream: ['lambda:InvokeFunction'],
  GetResourcePolicy: ['lambda:GetResourcePolicy', 'lambda:GetPolicy'],
  PutResourcePolicy: ['lambda:PutResourcePolicy', 'lambda:AddPermission', 'lambda:RemovePermission'],
  DeleteResourcePolicy: ['lambda:DeleteResourcePolicy', 'lambda:RemovePermission'],
};

/** All of these must be allowed. */
export function actionsOf(operation: string): readonly string[] {
  return ACTIONS[operation] ?? [`lambda:${operation}`];
}
