import { afterAll, beforeAll, expect, test } from 'vitest';
import { services } from '../../../tools/models/services.ts';
import { knownFailures, successRate, writeCoverage } from './coverage.ts';
import type { Failure, Tally } from './coverage.ts';
import { startRecordingEndpoint } from './recording-endpoint.ts';
import type { Recorder } from './recording-endpoint.ts';
import { errorTrip, roundTrip } from './round-trip.ts';
import { loadSdkService, newSender } from './sdk-services.ts';
import type { SdkOperation, SdkService } from './sdk-services.ts';
import type { Site } from './site.ts';
import { variants } from './variants.ts';
import type { Variant } from './variants.ts';

const seed = Number(process.env['LAMBENT_SEED'] ?? 20_260_401);
const isWriting = process.env['LAMBENT_WRITE_COVERAGE'] !== undefined;
const recorder: Recorder = { answer: () => ({}) };
const tallies: Tally[] = [];
let site: Site;

beforeAll(async () => {
  site = await startRecordingEndpoint(
    services.map(({ name }) => name),
    recorder,
  );
});

afterAll(async () => {
  if (isWriting) writeCoverage(tallies);
  await site.close();
});

for (const variant of variants) {
  test(`${variant.name} over ${variant.protocol}, seed ${seed}`, async () => {
    const tally = await tryVariant(variant);
    tallies.push(tally);
    if (isWriting) return;
    const known = knownFailures();
    expect(tally.failures.filter(({ name }) => !known.has(name))).toEqual([]);
  });
}

test('at least 99.5 % of operations and 99 % of errors arrive unchanged', () => {
  expect(tallies).toHaveLength(variants.length);
  expect(successRate(tallies, 'operation')).toBeGreaterThanOrEqual(0.995);
  expect(successRate(tallies, 'error')).toBeGreaterThanOrEqual(0.99);
});

test('nothing failed inside the endpoint, and every request was answered', () => {
  expect(site.problems).toEqual([]);
  expect(site.endpoint.inFlight).toBe(0);
});

async function tryVariant({ name, protocol, options }: Variant): Promise<Tally> {
  const service = await loadSdkService(name, protocol);
  const sender = newSender(service, site.port, options);
  const failures: Failure[] = [];
  const note = (kind: Failure['kind'], subject: string, reason: string | undefined): void => {
    if (reason !== undefined) failures.push({ kind, name: `${name} over ${protocol}: ${subject}`, reason });
  };
  const trip = { service, sender, recorder, seed };
  for (const operation of service.operations) {
    note('operation', operation.name, await roundTrip(trip, operation));
  }
  const carrier = errorCarrier(service);
  for (const schema of service.errors) {
    note('error', schema.getName() ?? '', await errorTrip(trip, carrier, schema));
  }
  sender.destroy();
  return { name, protocol, operations: service.operations.length, errors: service.errors.length, failures };
}

/** The operation whose handler throws the errors. S3's object operations wrap errors of their own around others. */
function errorCarrier({ name, operations }: SdkService): SdkOperation {
  const carrier = operations.find((operation) =>
    name === 's3' ? operation.name === 'ListObjectsV2' : !operation.output.isUnitSchema(),
  );
  if (carrier === undefined) throw new Error(`${name} has no operation to throw errors from.`);
  return carrier;
}
