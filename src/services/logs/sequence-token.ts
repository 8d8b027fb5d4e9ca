/** Uploads need no sequence any more; old clients still expect a token to hand back, and any is accepted. */
export const SEQUENCE_TOKEN = '4'.padEnd(56, '9');
