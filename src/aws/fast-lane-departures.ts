/** Who has an answer to send. */
interface Departing {
  depart(): void;
}

/** More do not wait for the end of the turn: those behind them would see their answers late. */
const MOST = 32;

let departing: Departing[] = [];

/**
 * Sends an answer at the end of this turn of the event loop, together with those of others. A client that waits is woken by its
 * first answer; where one process has many connections, what follows at once finds it awake. To wake somebody costs more than
 * all else about an answer, most of all on a virtual machine.
 */
export function departWithOthers(one: Departing): void {
  departing.push(one);
  if (departing.length === 1) setImmediate(departAll);
  else if (departing.length === MOST) departAll();
}

function departAll(): void {
  const all = departing;
  departing = [];
  for (const one of all) one.depart();
}
