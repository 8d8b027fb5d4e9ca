/** What a sandbox of this level has as its network, on which all sides agree. Ports below 1024 no function can take. */
export const NETWORK_PLAN = {
  /** Of the sandbox itself, beside 127.0.0.1; the same as on AWS. */
  address: '169.254.100.1',
  /**
   * The same for IPv6, where there is a way out by that. Of a kind that resolvers take for last: to a name with addresses
   * of both kinds programs go by IPv4 first, which is all there is on AWS outside a VPC.
   */
  address6: 'fec0::1',
  /** Where the platform listens for this sandbox alone; the same as on AWS. */
  platformPort: 9001,
  /** Where it does so for datagrams as well; that of X-Ray's daemon on AWS. */
  sidePort: 2000,
  /** Where connections to everywhere else arrive; on 127.0.0.1 and ::1. */
  relayPort: 9,
  /** Where name lookups arrive, to whatever server they were sent, and what comes out of the tunnel; on 127.0.0.1. */
  dnsPort: 53,
  /** The tunnel for all other datagrams. Only the kernel sends from its port, and only the relay to the other. */
  tunnel: {
    name: 'out',
    id: 1,
    // A broadcast: to any other address of this machine kernels send without a tunnel.
    remote: '127.255.255.255',
    sourcePort: 10,
    port: 11,
    hardwareAddress: Buffer.of(2, 0, 0, 0, 0, 1),
    /** Of whoever is behind it: the way to everywhere, which no packet is for. */
    peerAddress: '169.254.100.2',
    peerAddress6: 'fe80::2',
    peerHardwareAddress: Buffer.of(2, 0, 0, 0, 0, 2),
  },
} as const;
