/** What the platform tells the relay: sockets of a network, each with its handle, or that the network has gone. */
export interface RelayMessage {
  readonly kind: 'connections' | 'lookups' | 'forget';
  /** Of the network; the platform's own. */
  readonly key: number;
}

/** The user it becomes where the platform is root: nobody on this machine, and no function. */
export const RELAY_UID = 1_879_048_190;
