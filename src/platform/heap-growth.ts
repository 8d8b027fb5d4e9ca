import { setFlagsFromString } from 'node:v8';

/** Four times what is in use: the most that V8 itself would choose. */
const GROWTH_PERCENT = 300;

/**
 * Has V8 leave the same room above what lives after each full collection. By itself it may leave as little as a third of that, which
 * is less than the young generation is large: a busy platform then began its next full collection as soon as one had ended,
 * five times a second, for as long as the load was even (decision 0029).
 */
export function growEvenly(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`);
}
