/** What a sandbox of this level has as its network, on which all sides agree. Ports below 1024 no function can take. */
export const NETWORK_PLAN = {
  /** Of the sandbox itself, beside 127.0.0.1; the same as on AWS. */
  address: '169.254.100.1',
  /** Where the platform listens for this sandbox alone; the same as on AWS. */
  platformPort: 9001,
  /** Where connections to everywhere else arrive; on 127.0.0.1. */
  relayPort: 9,
  /** Where name lookups arrive, to whatever server they were sent; on 127.0.0.1. */
  dnsPort: 53,
} as const;
