import type { Answer, Report, View } from './book.ts';

/** Where platforms keep their common accounts. */
export interface Ledger {
  /** What the others want, without a word of one's own. */
  look(): Promise<View>;
  /** Settles accounts; says at the same time that this platform is alive. */
  report(report: Report): Promise<Answer>;
  /** This platform uses nothing any more. */
  leave(): Promise<void>;
}
