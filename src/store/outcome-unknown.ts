/**
 * The connection ended before the database had answered a commit, which may have taken place all the same. Who has put something on
 * disk for it leaves that there: the next start finds out.
 */
export class OutcomeUnknown extends Error {
  override readonly name = 'OutcomeUnknown';
}
