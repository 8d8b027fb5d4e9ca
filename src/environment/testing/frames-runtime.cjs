// The smallest runtime on descriptors 3 and 5: blocking reads, one handler. Commands in the event make it misbehave.
const fs = require('node:fs');

function frame(type, body) {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(body.length + 1, 0);
  head[4] = type;
  return Buffer.concat([head, body]);
}

function write(bytes) {
  for (let done = 0; done < bytes.length; ) done += fs.writeSync(5, bytes, done);
}

function read(length) {
  const bytes = Buffer.allocUnsafe(length);
  for (let filled = 0; filled < length; ) {
    const count = fs.readSync(3, bytes, filled, length - filled, null);
    if (count === 0) process.exit(0);
    filled += count;
  }
  return bytes;
}

const log = (text) => write(frame(0x14, Buffer.from(text)));
let invocations = 0;

const commands = {
  count: () => ++invocations,
  echo: (event) => event.value ?? null,
  env: () => process.env,
  sleep: ({ ms }) => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms),
  until: ({ path, thereupon }, id) => {
    while (!fs.existsSync(path)) commands.sleep({ ms: 10 });
    if (thereupon !== undefined) commands[thereupon.do](thereupon, id);
  },
  exit: ({ code, path }) => {
    if (path !== undefined) fs.appendFileSync(path, 'x');
    process.exit(code);
  },
  kill: ({ signal }) => {
    process.kill(process.pid, signal);
    commands.sleep({ ms: 5000 });
  },
  hog: () => {
    for (const kept = []; ; ) kept.push(Buffer.alloc(4 << 20, 1));
  },
  log: ({ lines }) => lines.forEach(log),
  print: ({ text, times = 1 }) => {
    for (let i = 0; i < times; i += 1) fs.writeSync(1, text);
  },
  large: ({ bytes }) => 'x'.repeat(bytes - 2),
  file: ({ path, text }) => {
    if (text !== undefined) fs.writeFileSync(path, text);
    return fs.readFileSync(path, 'utf8');
  },
  fill: ({ path, megabytes }) => fs.writeFileSync(path, Buffer.alloc(megabytes << 20, 1)),
  child: ({ script }) =>
    require('node:child_process').spawn('/bin/sh', ['-c', script], { stdio: 'inherit' }).pid,
  garbage: () => write(Buffer.from([0, 0, 0, 2, 0x7f, 0])),
  forge: ({ ids }) => {
    for (const id of ids) write(frame(0x11, Buffer.from(`${id}"forged for ${id}"`)));
  },
  // Frames of any type and text, as if the runtime had sent them.
  say: ({ frames }, id) =>
    write(Buffer.concat(frames.map(([type, text]) => frame(type, Buffer.from(text.replace('<id>', id)))))),
  // All that has come is read, and forgotten, if the file says that something has.
  steal: ({ path }) => {
    while (!fs.existsSync(path)) continue;
    if (fs.readFileSync(path, 'utf8') === 'steal') fs.readSync(3, Buffer.alloc(65536), 0, 65536, null);
  },
  flood: ({ path, type, bytes }) => {
    const flood = Buffer.concat(Array.from({ length: 200 }, () => frame(type, Buffer.alloc(bytes, 0x31))));
    while (!fs.existsSync(path)) write(flood);
  },
  chatter: ({ path }) => {
    const text = 'to standard output\n'.repeat(100);
    while (!fs.existsSync(path)) fs.writeSync(1, text);
  },
  stream: ({ parts, error }, id) => {
    write(frame(0x15, Buffer.concat([id, Buffer.from('text/plain')])));
    for (const part of parts) write(frame(0x16, Buffer.concat([id, Buffer.from(part)])));
    if (error !== undefined) throw new Error(error);
  },
  throw: ({ message }) => {
    throw new Error(message);
  },
};

// The handler names a failure before it is ready; `-once:<path>` fails only while that file is missing.
const [, what, path] = /^([a-z-]+):?(.*)$/.exec(process.env['_HANDLER'] ?? '') ?? [];
const isFirst = path !== undefined && path !== '' && !fs.existsSync(path);
if (isFirst) fs.writeFileSync(path, '');
if (what === 'init-exit' || (what === 'init-exit-once' && isFirst)) process.exit(3);
if (what === 'init-hang' || (what === 'init-hang-once' && isFirst)) commands.sleep({ ms: 60_000 });
// Its child kills it when it waits for its first event.
if (what === 'idle-death') commands.child({ script: 'sleep 0.05; kill -9 $PPID' });
if (what === 'init-error' || what === 'init-error-ignored') {
  write(
    frame(0x13, Buffer.from('{"errorType":"Runtime.ImportModuleError","errorMessage":"no such module"}')),
  );
  if (what === 'init-error') process.exit(1);
}

if (process.env['AWS_LAMBDA_INITIALIZATION_TYPE'] === 'snap-start') {
  write(frame(0x18, Buffer.alloc(0)));
  if (read(read(4).readUInt32BE(0))[0] !== 0x05) process.exit(0);
  if (what === 'restore-hang') commands.sleep({ ms: 60_000 });
  if (what === 'restore-error' || what === 'restore-init-error') {
    const type = what === 'restore-error' ? 0x19 : 0x13;
    write(frame(type, Buffer.from('{"errorType":"Runtime.AfterRestoreError","errorMessage":"no"}')));
    process.exit(64);
  }
  log('restored');
}

let answer = Buffer.alloc(0);
let taken = what === 'ahead' ? '\u0001' : '';
let isPassing = false;
for (;;) {
  if (!isPassing) write(Buffer.concat([answer, frame(0x10, Buffer.from(taken))]));
  taken = '';
  const length = read(4).readUInt32BE(0);
  const body = read(length);
  if (body[0] !== 0x01) process.exit(0);
  const headerBytes = body.readUInt32BE(1);
  const { requestId, ahead, beginBefore } = JSON.parse(body.subarray(5, 5 + headerBytes));
  isPassing = ahead !== undefined && (isPassing || Number(process.hrtime.bigint()) / 1e6 >= beginBefore);
  if (isPassing) {
    write(frame(0x1a, Buffer.from(String(ahead))));
    continue;
  }
  const id = Buffer.from(requestId);
  try {
    const event = JSON.parse(body.subarray(5 + headerBytes));
    const result = commands[event.do]?.(event, id) ?? null;
    answer = frame(0x11, Buffer.concat([id, Buffer.from(JSON.stringify(result))]));
  } catch (error) {
    const shown = { errorType: error.name, errorMessage: error.message, trace: [] };
    answer = frame(0x12, Buffer.concat([id, Buffer.from(JSON.stringify(shown))]));
  }
}
