/** Node has no public way to ask a socket or pipe for its descriptor. */
interface WithHandle {
  readonly _handle?: { readonly fd?: number } | null;
}

/** -1 where there is none, or none is found. To be asked each time: that of a closed one may belong to somebody else by now. */
export function descriptorOf(stream: object): number {
  // oxlint-disable-next-line no-underscore-dangle -- Node's own name
  return (stream as WithHandle)._handle?.fd ?? -1;
}
