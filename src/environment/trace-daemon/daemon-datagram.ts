/** What a datagram to X-Ray's daemon begins with: a line of JSON, `{"format":"json","version":1}`. */
const LONGEST_HEADER = 256;
const LINE_FEED = 10;

/** The segment document in a datagram; undefined for anything else. */
export function documentOf(datagram: Buffer): string | undefined {
  const end = datagram.subarray(0, LONGEST_HEADER).indexOf(LINE_FEED);
  if (end < 0 || !isHeader(datagram.toString('utf8', 0, end))) return undefined;
  const document = datagram.toString('utf8', end + 1).trim();
  return document === '' ? undefined : document;
}

function isHeader(line: string): boolean {
  try {
    const { format, version } = JSON.parse(line) as { readonly format?: unknown; readonly version?: unknown };
    return format === 'json' && version === 1;
  } catch {
    return false;
  }
}
