import type { StreamPublisher } from '../../src/model/stream-ports.ts';

const nowhere = async (): Promise<never> => await Promise.reject(new Error('There is no Kinesis.'));

/** Of a platform without Kinesis. */
export const NO_STREAMS: StreamPublisher = { check: nowhere, put: nowhere };
