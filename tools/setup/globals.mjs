// Node.js has these behind getters of the global object: each use of one is a lookup and a call. As imports they are constants.
export { Buffer } from 'node:buffer';
export { performance } from 'node:perf_hooks';
