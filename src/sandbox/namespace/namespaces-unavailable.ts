/** What this machine lacks for sandboxes of namespaces; the message says what to do about it. */
export class NamespacesUnavailable extends Error {
  override readonly name = 'NamespacesUnavailable';
}
