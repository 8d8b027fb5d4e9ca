/** The store cannot be opened. The message is one line for the person who starts the program: what, and what to do. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
}

/** What went wrong, in one line. Node wraps the failed attempts on several addresses in one error without a message. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  if (!(error instanceof Error)) return String(error);
  const text = error.message === '' ? error.name : error.message;
  return text.replaceAll(/\s*\n\s*/g, ' ');
}
