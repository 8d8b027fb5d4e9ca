/** The body of the answer to a response, by both ways in which it is given. ASCII. */
export const ACCEPTED = '{"status":"OK"}\n';

export function errorBody(errorType: string, errorMessage: string): string {
  return `${JSON.stringify({ errorMessage, errorType })}\n`;
}
