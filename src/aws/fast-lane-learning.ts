import { HeadForm, numberIn, type ReadHead, type Varying } from './fast-lane-form.ts';
import { placeOfName } from './fast-lane-names.ts';

/** What is another with nearly every request: two that happen to be alike are no sign that the third will be. */
const USUALLY_VARY: ReadonlySet<string> = new Set([
  'authorization',
  'content-length',
  'amz-sdk-invocation-id',
  'x-amz-date',
  'x-amz-content-sha256',
]);
/** Those of the known headers that may vary within a form: nothing but themselves depends on them. */
const MAY_VARY: ReadonlySet<string> = new Set([...USUALLY_VARY, 'amz-sdk-request', 'x-amzn-trace-id']);
/** The first of a signature's parameters of this name, with no other parameter behind it. */
const SIGNATURE_LAST = /^AWS4-(?:(?![ ,]Signature=).)*[ ,]Signature=(?=[0-9a-f]{64}$)/;
const MOST_VARYING = 20;

interface Line {
  readonly name: string;
  /** Up to the value: name, colon, blanks. */
  readonly before: string;
  readonly value: string;
  /** Behind the value. */
  readonly after: string;
}

/**
 * The form of two heads, if they have one in common; of one alone, when it is given twice.
 * @param known a form that the first has, whose varying headers vary in the new one as well
 */
export function formOf(first: ReadHead, second: ReadHead, known?: HeadForm): HeadForm | undefined {
  if (first.url !== second.url) return undefined;
  const lines = linesOf(first.text);
  const others = linesOf(second.text);
  if (lines.length !== others.length) return undefined;
  const headers = new Map<string, string | number>();
  const varying: Varying[] = [];
  const pieces: string[] = [];
  let piece = second.text.slice(0, second.text.indexOf('\r\n') + 2);
  for (const [index, { name, before, value, after }] of others.entries()) {
    const other = lines[index];
    if (other === undefined || other.before !== before || other.after !== after) return undefined;
    const isSame = other.value === value;
    const given = startOf(name, other.value, value);
    if (given === undefined && !isSame) return undefined;
    const varies = !isSame || USUALLY_VARY.has(name) || known?.isSteady(name) === false;
    const start = varies ? given : undefined;
    if (start !== undefined) pieces.push(piece + before + start);
    piece = start === undefined ? piece + before + value + after : after;
    headers.set(name, start === undefined ? value : varying.length);
    if (start !== undefined) varying.push({ name, start });
  }
  if (varying.length > MOST_VARYING) return undefined;
  pieces.push(`${piece}\r\n`);
  return new HeadForm(second, headers, varying, pieces, steadyLength(headers));
}

/** What the values of a varying header begin with; undefined where they must not vary so. */
function startOf(name: string, one: string, other: string): string | undefined {
  if (one === '' || other === '') return undefined;
  if (name === 'authorization') {
    const start = SIGNATURE_LAST.exec(one)?.[0];
    return start !== undefined && start === SIGNATURE_LAST.exec(other)?.[0] ? start : undefined;
  }
  return placeOfName(name) === undefined || MAY_VARY.has(name) ? '' : undefined;
}

function steadyLength(headers: ReadonlyMap<string, string | number>): number | undefined {
  const length = headers.get('content-length');
  if (typeof length === 'number') return undefined;
  return length === undefined ? 0 : numberIn(Buffer.from(length), 0, length.length);
}

function linesOf(head: string): Line[] {
  const lines: Line[] = [];
  for (let at = head.indexOf('\r\n') + 2; at < head.length; ) {
    const colon = head.indexOf(':', at);
    const end = head.indexOf('\r\n', colon);
    let from = colon + 1;
    let to = end;
    while (from < to && isBlank(head, from)) from += 1;
    while (to > from && isBlank(head, to - 1)) to -= 1;
    const name = head.slice(at, colon).toLowerCase();
    const [before, value, after] = [head.slice(at, from), head.slice(from, to), head.slice(to, end + 2)];
    lines.push({ name, before, value, after });
    at = end + 2;
  }
  return lines;
}

function isBlank(text: string, at: number): boolean {
  return text[at] === ' ' || text[at] === '\t';
}
