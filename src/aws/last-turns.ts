/** In which a connection that waits is accepted, and what has come on it is read. */
const LAST_TURNS = 8;

/** What came before the word to leave is not to be cut off unread, as much of it as there may be on a busy machine. */
export async function lastTurns(): Promise<void> {
  for (let turn = 0; turn < LAST_TURNS; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
