/** As rehearsal.cjs. */
export async function handler() {}
