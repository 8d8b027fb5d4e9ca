import { ServiceError } from '../../src/model/service-error.ts';

const CODES: Readonly<Record<string, string>> = {
  ConditionalCheckFailed: 'ConditionalCheckFailedException',
  DuplicateItem: 'DuplicateItemException',
};

/** Does an operation of DynamoDB, without a wire between. */
export type Call = <Output>(operation: string, input: object) => Promise<Output>;

/** `<code>: <message>`; undefined: it was done. */
export async function refusalOf(request: Promise<unknown>): Promise<string | undefined> {
  return (await outcomeOf(request)).refusal;
}

/** What came of it, or why nothing did. */
export async function outcomeOf<Output>(
  request: Promise<Output>,
): Promise<{ readonly refusal?: string; readonly output?: Output }> {
  try {
    return { output: await request };
  } catch (error) {
    if (error instanceof ServiceError) return { refusal: `${error.code}: ${error.message}` };
    throw error;
  }
}

/** A transaction's reasons in the words of single writes. */
export async function reasonsOf(request: Promise<unknown>): Promise<(string | undefined)[] | undefined> {
  try {
    await request;
    return undefined;
  } catch (error) {
    if (!(error instanceof ServiceError) || error.code !== 'TransactionCanceledException') throw error;
    const reasons = error.members['CancellationReasons'] as { Code: string; Message?: string }[];
    return reasons.map(({ Code, Message }) => {
      if (Code === 'None') return undefined;
      return `${CODES[Code] ?? 'ValidationException'}: ${Message}`;
    });
  }
}
