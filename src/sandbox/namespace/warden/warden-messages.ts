/** What the platform asks of the warden (JSON). Each has one answer. */
export type WardenQuestion =
  | { readonly kind: 'hello' }
  /** Makes a directory one whose later mounts appear in sandboxes that show it. */
  | { readonly kind: 'share'; readonly directory: string }
  /** Shows `source` at a shared directory, for reading. */
  | { readonly kind: 'attach'; readonly source: string; readonly directory: string }
  /** Takes away what is mounted on a shared directory, and the share itself. */
  | { readonly kind: 'detach'; readonly directory: string };

/** Where a program is started. */
export type Surroundings = Record<string, never>;
