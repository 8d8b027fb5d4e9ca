import { validationError } from '../iam-errors.ts';

const PAGE_SIZE = 100;

interface PageInput {
  readonly Marker?: string | undefined;
  readonly MaxItems?: number | undefined;
}

interface Page<T> {
  readonly items: T[];
  readonly IsTruncated: boolean;
  readonly Marker?: string;
}

/** @param all in the order of their keys @param keyOf what the marker remembers: the last one that was seen */
export function pageOf<T>(all: readonly T[], input: PageInput, keyOf: (item: T) => string): Page<T> {
  const after = input.Marker === undefined ? undefined : readMarker(input.Marker);
  const rest = after === undefined ? all : all.filter((item) => keyOf(item) > after);
  const items = rest.slice(0, input.MaxItems ?? PAGE_SIZE);
  const last = items.at(-1);
  if (rest.length === items.length || last === undefined) return { items, IsTruncated: false };
  return { items, IsTruncated: true, Marker: Buffer.from(JSON.stringify([keyOf(last)])).toString('base64') };
}

function readMarker(marker: string): string {
  try {
    const [key] = JSON.parse(Buffer.from(marker, 'base64').toString()) as unknown[];
    if (typeof key === 'string') return key;
  } catch {
    // Nothing this service has given out.
  }
  throw validationError('Invalid Marker.');
}
