/** A function that sends datagrams and makes connections as it is told to, and says what came of it. */
export const EGRESS_PROBE = {
  'index.js': `
const net = require('node:net');
const dgram = require('node:dgram');

// All from one socket; connected where there is one place only.
function exchange({ to, connected = false, waitMs = 8000, broadcast = false, port }) {
  return new Promise((resolve) => {
    const socket = dgram.createSocket({ type: net.isIPv6(to[0].host) ? 'udp6' : 'udp4' });
    const got = [], errors = [];
    const done = () => { clearTimeout(limit); socket.close(); resolve({ got: got.sort(), errors }); };
    const limit = setTimeout(done, waitMs);
    const look = () => { if (got.length + errors.length >= to.length) done(); };
    const failed = (error) => { if (error) { errors.push(error.code); look(); } };
    socket.on('error', failed);
    socket.on('message', (message, from) => {
      got.push(message.length > 1000 ? String(message.length) : message.toString());
      look();
    });
    const bytes = ({ say = 'x', length, hex }) => hex ? Buffer.from(hex, 'hex') : length ? Buffer.alloc(length, 1) : say;
    const send = () => {
      if (broadcast) socket.setBroadcast(true);
      for (const place of to)
        if (connected) socket.send(bytes(place), failed);
        else socket.send(bytes(place), place.port, place.host, failed);
    };
    if (connected) socket.connect(to[0].port, to[0].host, (error) => error ? failed(error) : send());
    else socket.bind(port ?? 0, send);
  });
}

function dial(where) {
  return new Promise((resolve) => {
    const started = Date.now();
    let got = '', failure = null;
    const socket = net.connect(where);
    socket.setTimeout(8000, () => socket.destroy(Object.assign(new Error(), { code: 'ETIMEDOUT' })));
    socket.on('data', (chunk) => { got += chunk; });
    socket.on('error', ({ code }) => { failure = code; });
    socket.on('close', () => resolve({ got, error: failure, ms: Date.now() - started }));
  });
}

// So many places, without waiting for anything.
function flood({ host, from, count }) {
  return new Promise((resolve) => {
    const socket = dgram.createSocket('udp4');
    let left = count;
    const sent = () => { left -= 1; if (left === 0) { socket.close(); resolve(count); } };
    for (let port = from; port < from + count; port += 1) socket.send('x', port, host, sent);
  });
}

// To so many addresses from this one on.
function spread({ host, count }) {
  return new Promise((resolve) => {
    const socket = dgram.createSocket({ type: net.isIPv6(host) ? 'udp6' : 'udp4' });
    let left = count;
    const sent = () => { left -= 1; if (left === 0) { socket.close(); resolve(count); } };
    const place = (index) => net.isIPv6(host) ? host + index.toString(16) : host + (index >> 8) + '.' + (index & 255);
    for (let index = 0; index < count; index += 1) socket.send('x', 9, place(index), sent);
  });
}

exports.handler = async ({ udp, tcp, many, wide, file }) => {
  if (udp) return await exchange(udp);
  if (tcp) return await dial(tcp);
  if (many) return await flood(many);
  if (wide) return await spread(wide);
  if (file) return require('node:fs').readFileSync(file, 'latin1');
};`,
};

export interface Exchanged {
  readonly got: readonly string[];
  readonly errors: readonly string[];
}
