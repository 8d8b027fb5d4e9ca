// oxlint-disable-next-line no-control-regex -- they are what must not be in a header
const UNFIT = /[\0-\u0008\u000a-\u001f\u007f\u0100-\uffff]/;

/** Whether an HTTP header can have this as its value. */
export function isHeaderText(text: string): boolean {
  return !UNFIT.test(text);
}
