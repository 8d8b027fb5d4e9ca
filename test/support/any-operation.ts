import * as commands from '@aws-sdk/client-lambda';

type Command = Parameters<commands.LambdaClient['send']>[0];

/** Calls an operation by its name, with whatever input. */
export async function sendOperation(
  lambda: commands.LambdaClient,
  operation: string,
  input: object,
): Promise<Readonly<Record<string, unknown>>> {
  const classes = commands as unknown as Readonly<Record<string, new (given: object) => Command>>;
  const OperationCommand = classes[`${operation}Command`];
  if (OperationCommand === undefined) throw new Error(`The SDK has no ${operation}Command.`);
  const output: object = await lambda.send(new OperationCommand(input));
  return { ...output };
}
