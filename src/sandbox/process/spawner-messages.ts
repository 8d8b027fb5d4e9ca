/** What the platform asks of the spawner, over Node's own channel between parent and child (JSON). */
export interface StartRequest {
  readonly id: number;
  readonly argv: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly channel: boolean;
}

/**
 * What the spawner reports. `listening` comes once; then for each start `started` or `failed`, and after `started`
 * one `exited`.
 */
export type SpawnerReport =
  | { readonly kind: 'listening' }
  | { readonly kind: 'started'; readonly id: number; readonly pid: number }
  | { readonly kind: 'failed'; readonly id: number; readonly code: string; readonly message: string }
  | {
      readonly kind: 'exited';
      readonly id: number;
      readonly code: number | null;
      readonly signal: NodeJS.Signals | null;
    };
