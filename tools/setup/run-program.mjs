import { spawn } from 'node:child_process';

/**
 * Runs a program to its end and keeps what it prints. Asynchronous, so that the lock's heartbeat goes on.
 * @returns {Promise<{ status: number | null, output: string }>} rejects when the program cannot be started
 */
export function runProgram(program, args, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const keep = (chunk) => {
      output += chunk;
    };
    child.stdout.setEncoding('utf8').on('data', keep);
    child.stderr.setEncoding('utf8').on('data', keep);
    child.once('error', reject);
    child.once('close', (status) => resolve({ status, output }));
  });
}
