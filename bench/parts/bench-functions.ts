import type { Runtime } from '@aws-sdk/client-lambda';
import { LEAN_CLIENT } from './lean-client.ts';

/** A function the benchmarks deploy. */
export interface BenchFunction {
  readonly runtime: Runtime;
  readonly file: string;
  readonly handler: string;
  readonly code: string;
}

const node = { file: 'index.js', handler: 'index.handler' };
const python = { file: 'index.py', handler: 'index.handler' };
const ECHO_NODE = 'exports.handler = async (event) => event;\n';
const ECHO_PYTHON = 'def handler(event, context):\n    return event\n';

export const BENCH_FUNCTIONS = {
  'nodejs24.x': { ...node, runtime: 'nodejs24.x', code: ECHO_NODE },
  'nodejs24.x with an SDK client': {
    ...node,
    runtime: 'nodejs24.x',
    code: `const { S3Client } = require('@aws-sdk/client-s3');\nconst s3 = new S3Client({});\n${ECHO_NODE}`,
  },
  'nodejs24.x by the Runtime API': { ...node, file: 'index.mjs', runtime: 'nodejs24.x', code: LEAN_CLIENT },
  'nodejs22.x': { ...node, runtime: 'nodejs22.x', code: ECHO_NODE },
  'python3.11': { ...python, runtime: 'python3.11', code: ECHO_PYTHON },
  'python3.11 with boto3': { ...python, runtime: 'python3.11', code: `import boto3\n\n${ECHO_PYTHON}` },
} as const satisfies Readonly<Record<string, BenchFunction>>;

export type BenchFunctionName = keyof typeof BENCH_FUNCTIONS;
