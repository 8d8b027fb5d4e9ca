const SPACE = /\s/;
const CLOSING: Readonly<Record<string, string>> = { '"': '"', '[': ']' };

/** Splits a line at white space; what stands between `[` and `]` or between quotation marks is one field. */
export function splitFields(message: string): string[] {
  const line = message.trim();
  const fields: string[] = [];
  /** Delimiters that do not close any more: looking again for each of them would make this quadratic. */
  const unclosed = new Set<string>();
  let at = 0;
  while (at < line.length) {
    if (SPACE.test(line.charAt(at))) {
      at += 1;
      continue;
    }
    const end = delimitedEnd(line, at, unclosed) ?? wordEnd(line, at);
    fields.push(end.field);
    at = end.next;
  }
  return fields;
}

interface FieldEnd {
  readonly field: string;
  readonly next: number;
}

function delimitedEnd(line: string, start: number, unclosed: Set<string>): FieldEnd | undefined {
  const closing = CLOSING[line.charAt(start)];
  if (closing === undefined || unclosed.has(closing)) return undefined;
  const end = line.indexOf(closing, start + 1);
  if (end === -1) {
    unclosed.add(closing);
    return undefined;
  }
  // `[INFO]text` is a word like any other.
  const isWhole = end + 1 === line.length || SPACE.test(line.charAt(end + 1));
  return isWhole ? { field: line.slice(start + 1, end), next: end + 1 } : undefined;
}

function wordEnd(line: string, start: number): FieldEnd {
  let end = start;
  while (end < line.length && !SPACE.test(line.charAt(end))) end += 1;
  return { field: line.slice(start, end), next: end };
}
