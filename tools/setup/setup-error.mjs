/** Set-up cannot go on; the message says why and what to do. */
export class SetupError extends Error {}
