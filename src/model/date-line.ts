let text = '';
let textSecond = 0;

/** The `Date` header as a line of an answer's head, of this moment by the machine's clock: made once a second. */
export function dateLine(): string {
  const now = Date.now();
  const second = Math.floor(now / 1000);
  if (second !== textSecond) {
    textSecond = second;
    text = `Date: ${new Date(now).toUTCString()}\r\n`;
  }
  return text;
}
