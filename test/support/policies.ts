import {
  AddPermissionCommand,
  type AddPermissionCommandInput,
  GetPolicyCommand,
  type LambdaClient,
} from '@aws-sdk/client-lambda';

/** Lets S3 invoke the function, changed where the test needs it. Returns the statement as text. */
export async function grant(
  lambda: LambdaClient,
  FunctionName: string,
  change: Partial<AddPermissionCommandInput> = {},
): Promise<string | undefined> {
  const { Statement } = await lambda.send(
    new AddPermissionCommand({
      FunctionName,
      StatementId: 'sid',
      Action: 'lambda:InvokeFunction',
      Principal: 's3.amazonaws.com',
      ...change,
    }),
  );
  return Statement;
}

/** The policy's text and revision, by GetPolicy. */
export async function policyOf(
  lambda: LambdaClient,
  FunctionName: string,
  Qualifier?: string,
): Promise<{ text: string; revisionId: string }> {
  const { Policy = '', RevisionId = '' } = await lambda.send(
    new GetPolicyCommand({ FunctionName, Qualifier }),
  );
  return { text: Policy, revisionId: RevisionId };
}

/** The statements' ids, in order. */
export function sidsOf({ text }: { readonly text: string }): unknown[] {
  const { Statement } = JSON.parse(text) as { Statement: { Sid?: string }[] };
  return Statement.map(({ Sid }) => Sid);
}

export const STALE_REVISION = '00000000-0000-4000-8000-000000000000';
