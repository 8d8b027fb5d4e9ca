/**
 * The `Lineage` field of a trace header: which functions a chain of requests has been through, and how often it came
 * back to each. `Lineage=1:<8 hex digits of the function>:<times it came back>|1:...`. SDKs inside functions send the
 * header on with every request, which is how a loop is noticed.
 */

/** A function in one chain is invoked this often; the next time it is stopped. */
export const RECURSION_LIMIT = 16;

/** The oldest entries of a longer chain are forgotten: the header has to stay one that servers accept. */
const LONGEST_CHAIN = 64;

/** Counted no further, where loops are allowed. */
const MOST_RETURNS = 999_999;

const FIELD = /(?:^|;)\s*Lineage=([^;]*)/;
const ENTRY = /^(?:\d{1,4}:)?([0-9a-f]{8}):(\d{1,6})$/;

interface Link {
  readonly id: string;
  readonly returns: number;
}

/** Names a function in a lineage: the same for all its versions. FNV-1a, for spread and nothing else. */
export function lineageId(functionArn: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < functionArn.length; index += 1) {
    hash = Math.imul(hash ^ functionArn.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0).toString(16).padStart(8, '0');
}

/** The field, with the semicolon before it, of a chain that begins with this function. */
export function firstLineage(id: string): string {
  return `;Lineage=${written({ id, returns: 0 })}`;
}

/** The caller's chain with this function at its end, and how often the chain has come back to it by now. */
export function continueLineage(header: string, id: string): { field: string; returns: number } {
  const chain = readChain(header);
  const before = chain.find((link) => link.id === id);
  const returns = before === undefined ? 0 : Math.min(before.returns + 1, MOST_RETURNS);
  const others = chain.filter((link) => link.id !== id);
  const links = [...others.slice(1 - LONGEST_CHAIN), { id, returns }];
  return { field: `;Lineage=${links.map(written).join('|')}`, returns };
}

/** The caller's field as it came, cleaned, with the semicolon before it; empty without one. */
export function lineageField(header: string): string {
  const chain = readChain(header).slice(-LONGEST_CHAIN);
  return chain.length === 0 ? '' : `;Lineage=${chain.map(written).join('|')}`;
}

/** What is not understood is left out: the value goes on into headers and frames. */
function readChain(header: string): Link[] {
  const text = FIELD.exec(header)?.[1];
  if (text === undefined) return [];
  // The AWS SDK for Python sends the bar escaped.
  const parts = text.replaceAll(/%7c/gi, '|').split('|');
  return parts.flatMap((part) => {
    const [, id, returns] = ENTRY.exec(part.trim()) ?? [];
    return id === undefined ? [] : [{ id, returns: Number(returns) }];
  });
}

function written({ id, returns }: Link): string {
  return `1:${id}:${returns}`;
}
