import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { Lambent } from './lambent.ts';
import { ownMemoryMb, type Placement } from './processes.ts';
import type { Row } from './report.ts';
import { LargeTable } from './large-table.ts';

const SAMPLE_MS = 50;
/** What the same work is done with first: by then the program has the memory that it takes for a table of any size. */
const FIRST_PART = 0.1;
const MIB = 2 ** 20;

/** Memory of the platform while it did something, MiB. */
interface Peak {
  readonly name: string;
  readonly memoryMb: number;
  readonly megabytesPerSecond: number;
}

/**
 * A table of so many gigabytes as LAMBENT_BENCH_GIGABYTES says, 1 otherwise, in items of 390 KB, with a stream: filled, scanned
 * in segments, queried and streamed through the API. The platform's memory meanwhile, against the same with a tenth of it; and
 * the longest write-ahead log.
 */
export async function measureLargeTable(where: Placement): Promise<Row[]> {
  const gigabytes = Number(process.env['LAMBENT_BENCH_GIGABYTES'] ?? 1);
  const directory = await mkdtemp(join(tmpdir(), 'lambent-tables-large-'));
  const lambent = await Lambent.start(where.servers, [], { dataDir: directory });
  try {
    const atStartMb = ownMemoryMb(lambent.process.pid ?? 0);
    const table = new LargeTable(lambent.endpoint);
    const log = new LogSampler(join(directory, 'lambent.db-wal'));
    await table.create();
    const few = await work(lambent, table, gigabytes * FIRST_PART);
    const many = await work(lambent, table, gigabytes);
    const logMb = await log.end();
    return [
      ...many.map((peak, index) => rowOf(peak, few[index] ?? peak, gigabytes)),
      {
        name: 'the longest write-ahead log meanwhile; all that is written',
        unit: 'MiB',
        ours: logMb,
        baseline: gigabytes * 1024,
        ratio: logMb / (gigabytes * 1024),
        goal: '<= 0.5',
      },
      {
        name: 'most memory meanwhile; at the start',
        unit: 'MiB',
        ours: Math.max(...many.map(({ memoryMb }) => memoryMb)),
        baseline: atStartMb,
        ratio: Math.max(...many.map(({ memoryMb }) => memoryMb)) / atStartMb,
        goal: '',
      },
    ];
  } finally {
    await lambent.end();
    await rm(directory, { recursive: true, force: true });
  }
}

function rowOf({ name, memoryMb, megabytesPerSecond }: Peak, first: Peak, gigabytes: number): Row {
  return {
    name: `most memory while ${gigabytes} GB are ${name} at ${megabytesPerSecond.toFixed(0)} MB/s; a tenth of them`,
    unit: 'MiB',
    ours: memoryMb,
    baseline: first.memoryMb,
    ratio: memoryMb / first.memoryMb,
    goal: '<= 1.3',
  };
}

/** Fills the table up to so much, and reads all of it in each way there is. */
async function work(lambent: Lambent, table: LargeTable, gigabytes: number): Promise<Peak[]> {
  const kinds = [
    ['written', async () => await table.fill(gigabytes)],
    ['scanned', async () => await table.scan()],
    ['queried', async () => await table.query()],
    ['streamed', async () => await table.stream()],
  ] as const;
  const peaks: Peak[] = [];
  for (const [name, run] of kinds) {
    const beganAt = performance.now();
    let memoryMb = 0;
    const sampling = setInterval(() => {
      memoryMb = Math.max(memoryMb, ownMemoryMb(lambent.process.pid ?? 0));
    }, SAMPLE_MS);
    const bytes = await run();
    clearInterval(sampling);
    const seconds = (performance.now() - beganAt) / 1000;
    peaks.push({ name, memoryMb, megabytesPerSecond: bytes / 1e6 / seconds });
    process.stderr.write(`${name} ${(bytes / 1e9).toFixed(2)} GB, ${memoryMb.toFixed(0)} MiB; `);
  }
  return peaks;
}

/** Looks at a file's size until it is told to end. */
class LogSampler {
  readonly #ended = new AbortController();
  readonly #most: Promise<number>;

  constructor(file: string) {
    this.#most = this.#sample(file);
  }

  /** @returns MiB */
  async end(): Promise<number> {
    this.#ended.abort();
    return await this.#most;
  }

  async #sample(file: string): Promise<number> {
    let most = 0;
    while (!this.#ended.signal.aborted) {
      most = Math.max(most, (await stat(file)).size / MIB);
      await after(SAMPLE_MS);
    }
    return most;
  }
}
