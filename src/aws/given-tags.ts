/** Whether a request sets tags: a list of them, or a map. */
export function givesTags(tags: unknown): boolean {
  return typeof tags === 'object' && tags !== null && Object.keys(tags).length > 0;
}
