/** Bodies of answers to a response, by both ways in which they are given. ASCII. */
export const ACCEPTED = '{"status":"OK"}\n';
/** 400: nobody waits for a response of that id. */
export const UNKNOWN_REQUEST = errorBody('InvalidRequestID', 'Invalid request ID');

export function errorBody(errorType: string, errorMessage: string): string {
  return `${JSON.stringify({ errorMessage, errorType })}\n`;
}
