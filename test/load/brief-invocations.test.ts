import { afterEach, expect, test } from 'vitest';
import { deploy } from '../support/functions.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { type Asked, hasPython, nodeCode, PYTHON_CODE } from './functions.ts';
import { Ledger } from './ledger.ts';
import { Requests } from './requests.ts';

const CLIENTS = 48;
const SECONDS = 4;
/** One in so many keeps those behind it waiting for longer than their events may wait in a runtime's channel. */
const PAUSED_ONE_IN = 500;
const LONGEST_PAUSE_MS = 20;
/** One in so many ends its process, with all that is in the channel behind it. */
const CRASHED_ONE_IN = 3000;

const functions = [
  { Runtime: 'nodejs24.x', files: { 'index.js': nodeCode(0) }, crashes: true },
  ...(hasPython
    ? [{ Runtime: 'python3.11', files: { 'index.py': PYTHON_CODE }, crashes: false } as const]
    : []),
] as const;

let server: TestServer | undefined;
afterEach(async () => await server?.stop());

test.each(functions)(
  'each of many brief invocations of $Runtime at once runs once, and is answered by its own result',
  {
    timeout: 60_000,
  },
  async ({ Runtime, files, crashes }) => {
    server = await startServer({ flags: ['--concurrency', '100000'] });
    await deploy(server.lambda, 'brief', files, { Runtime, Timeout: 30, MemorySize: 1769 });
    const requests = new Requests(server.endpoint);
    const ledger = new Ledger();
    const until = Date.now() + SECONDS * 1000;
    const client = async (number: number): Promise<void> => {
      for (let sent = 0; Date.now() < until; sent += 1) {
        const asked = question(`${number}-${sent}`, crashes);
        const body = JSON.stringify(asked);
        const answer = await requests.send({ path: '/2015-03-31/functions/brief/invocations', body });
        ledger.settle('brief', asked, answer, asked.do === 'crash' ? { errors: ['Runtime.ExitError'] } : {});
      }
    };
    await Promise.all(Array.from({ length: CLIENTS }, async (_, number) => await client(number)));
    requests.rest();
    console.log([`brief invocations of ${Runtime}:`, ...ledger.lines()].join('\n'));
    expect(ledger.problems).toEqual([]);
    expect(ledger.unanswered('brief')).toBe(0);
    expect(ledger.of('answered')).toBeGreaterThan(CLIENTS);
  },
);

/** Without chance in it: the same of every run. */
function question(nonce: string, crashes: boolean): Asked {
  const place = hash(nonce);
  if (crashes && place % CRASHED_ONE_IN === 1) return { nonce, do: 'crash' };
  return place % PAUSED_ONE_IN === 0 ? { nonce, ms: 1 + (place % LONGEST_PAUSE_MS) } : { nonce };
}

function hash(text: string): number {
  let value = 2_166_136_261;
  for (const letter of text) value = Math.imul(value ^ letter.charCodeAt(0), 16_777_619) >>> 0;
  return value;
}
