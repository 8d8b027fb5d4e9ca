/**
 * What the platform tells the relay: sockets of a network, each with its handle, or that the network has gone. The key is
 * the platform's own.
 */
export type RelayMessage =
  /** Connections come to one socket for each kind of address. */
  | { readonly kind: 'connections' | 'datagrams' | 'forget'; readonly key: number }
  /** Came to the socket of that network before the relay had it. */
  | {
      readonly kind: 'early';
      readonly key: number;
      /** Base64. */
      readonly bytes: string;
      readonly from: { readonly address: string; readonly port: number };
    };

/** The user it becomes where the platform is root: nobody on this machine, and no function. */
export const RELAY_UID = 1_879_048_190;
