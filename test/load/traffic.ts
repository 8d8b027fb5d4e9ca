import { randomUUID } from 'node:crypto';
import type { Builds } from './changes.ts';
import { type Asked, hasPython, type LoadedFunctions } from './functions.ts';
import type { Expected, Ledger } from './ledger.ts';
import type { Requests } from './requests.ts';

export interface Traffic {
  readonly requests: Requests;
  readonly ledger: Ledger;
  readonly functions: LoadedFunctions;
  readonly builds: Builds;
}

type Step = (traffic: Traffic) => Promise<boolean>;

/** Clients of a kind, and what each does again and again. */
interface Kind {
  readonly clients: number;
  readonly step: Step;
}

const THROTTLED_PAUSE_MS = 20;
const STREAM_PATH = '/2021-11-15/functions/stream/response-streaming-invocations';
const CRASH = ['Runtime.ExitError'];

const between = (least: number, most: number): number => Math.floor(least + Math.random() * (most - least));
const oneIn = (count: number): boolean => between(0, count) === 0;
const pause = async (ms: number): Promise<void> => await new Promise((resolve) => setTimeout(resolve, ms));

/** Mostly small, at times as large as a synchronous event may well be. */
function pad(): string {
  if (oneIn(500)) return 'l'.repeat(between(500_000, 2_000_000));
  return oneIn(20) ? 'm'.repeat(between(10_000, 250_000)) : 's'.repeat(between(0, 1000));
}

function misdeed(): Omit<Asked, 'nonce'> {
  const chosen = (['crash', 'crash-later', 'throw', 'throw'] as const)[between(0, 30)];
  return chosen === undefined ? {} : { do: chosen };
}

function invoking(
  name: string,
  ask: () => Omit<Asked, 'nonce'>,
  expected: (traffic: Traffic) => Expected = () => ({}),
  qualifier = '',
): Step {
  const path = `/2015-03-31/functions/${name}/invocations${qualifier === '' ? '' : `?Qualifier=${qualifier}`}`;
  return async (traffic) => {
    const asked = { nonce: randomUUID(), ...ask() };
    const allowed = expected(traffic);
    const answer = await traffic.requests.send({ path, body: JSON.stringify(asked) });
    traffic.ledger.settle(name, asked, answer, allowed);
    return answer.status === 200;
  };
}

/** A request to a URL that answers whole. */
const asking: Step = async ({ requests, ledger, functions }) => {
  const asked = { nonce: randomUUID(), pad: pad() };
  const { host } = new URL(functions.urls.web);
  const answer = await requests.send({ path: '/', host, body: JSON.stringify(asked) });
  ledger.count('of a URL');
  ledger.settle('web', asked, answer, {});
  return answer.status === 200;
};

/** Reads a stream to its end, or goes away in the middle: of a URL, or of the API, whose frames lie between. */
function reading(isUrl: boolean): Step {
  return async ({ requests, ledger, functions }) => {
    const asked = { nonce: randomUUID(), lines: between(1, 2000), ms: oneIn(2) ? 1 : 0 };
    const { host } = new URL(functions.urls.stream);
    const where = isUrl ? { path: '/', host } : { path: STREAM_PATH };
    const response = await requests.open({ ...where, body: JSON.stringify(asked) });
    if (response.statusCode === 429) {
      response.resume();
      ledger.count('throttled streams');
      ledger.count('throttled');
      return false;
    }
    const wanted = oneIn(3) ? between(0, asked.lines) * 500 : Number.POSITIVE_INFINITY;
    let text = '';
    for await (const part of response.setEncoding('latin1')) {
      text += String(part);
      if (text.length >= wanted) break;
    }
    if (text.length >= wanted) {
      ledger.count('abandoned streams');
      ledger.count('abandoned');
      return true;
    }
    ledger.count(`whole streams of ${isUrl ? 'a URL' : 'the API'}`);
    ledger.count('answered');
    if (response.statusCode !== 200 || !(isUrl ? isWhole(asked, text) : isWholeInFrames(asked, text)))
      ledger.problem(`a stream of another shape: ${response.statusCode}, ${text.length} characters`);
    return true;
  };
}

interface Lines {
  readonly nonce: string;
  readonly lines: number;
}

function isWhole({ nonce, lines }: Lines, text: string): boolean {
  const written = Array.from({ length: lines }, (_, at) => `${nonce} ${at} ${'x'.repeat(500)}\n`);
  return text === `${written.join('')}${nonce} end\n`;
}

/** A frame may begin anywhere but in the first line, even in a nonce; what fills the lines is all there. */
function isWholeInFrames({ nonce, lines }: Lines, text: string): boolean {
  const filled = text.split('x').length - 1;
  return text.includes(`${nonce} 0 `) && text.includes('InvokeComplete') && filled >= lines * 500;
}

/** Goes away while the function runs, or before. */
const leaving: Step = async ({ requests, ledger }) => {
  const asked = { nonce: randomUUID(), ms: between(0, 200), pad: pad() };
  const path = '/2015-03-31/functions/abandoned/invocations';
  await requests.abandon({ path, body: JSON.stringify(asked) }, between(0, 150));
  ledger.count('abandoned');
  return true;
};

const KINDS: readonly Kind[] = [
  { clients: 24, step: invoking('steady', () => ({ pad: pad() })) },
  { clients: 40, step: invoking('slow', () => ({ ms: between(20, 500), pad: pad() })) },
  { clients: 30, step: invoking('limited', () => ({ ms: between(0, 50) })) },
  {
    clients: 8,
    step: invoking(
      'fragile',
      () => ({ ...misdeed(), ms: between(0, 20) }),
      () => ({ errors: [...CRASH, 'Error'] }),
    ),
  },
  {
    clients: 4,
    step: invoking(
      'late',
      () => (oneIn(4) ? { do: 'hang' } : { ms: between(0, 100) }),
      // On a busy machine a second may be too little for anything.
      () => ({ errors: ['Sandbox.Timedout'] }),
    ),
  },
  {
    clients: 16,
    step: invoking(
      'updated',
      () => ({ ms: between(0, 50) }),
      ({ builds }) => ({ build: builds.inForce }),
    ),
  },
  {
    clients: 12,
    step: invoking(
      'aliased',
      () => ({ pad: pad() }),
      () => ({}),
      'live',
    ),
  },
  // Deleted and made again all the time: it may not be there, or not be ready.
  {
    clients: 4,
    step: invoking(
      'replaced',
      () => ({}),
      () => ({ refusals: [404, 409] }),
    ),
  },
  { clients: 12, step: asking },
  { clients: 8, step: reading(true) },
  { clients: 4, step: reading(false) },
  { clients: 10, step: leaving },
  ...(hasPython
    ? [{ clients: 8, step: invoking('python', () => ({ ms: between(0, 30), pad: pad() })) }]
    : []),
];

/** All clients, until the signal. Resolves when their last requests have ended. */
export async function runClients(traffic: Traffic, signal: AbortSignal): Promise<void> {
  const clients = KINDS.flatMap(({ clients: count, step }) =>
    Array.from({ length: count }, async () => await client(step, traffic, signal)),
  );
  await Promise.all(clients);
}

async function client(step: Step, traffic: Traffic, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    traffic.ledger.count('requests');
    try {
      if (!(await step(traffic))) await pause(THROTTLED_PAUSE_MS);
    } catch (error) {
      traffic.ledger.problem(`lost: ${String(error)}`);
      await pause(THROTTLED_PAUSE_MS);
    }
  }
}
