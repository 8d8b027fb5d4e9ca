/**
 * A function that takes its events from the Runtime API itself, with as little as that needs: one connection, and no
 * HTTP library. Its module never finishes loading; by then the platform has its first "next". Echoes, as JSON.
 */
export const LEAN_CLIENT = String.raw`
import { connect } from 'node:net';

const api = process.env.AWS_LAMBDA_RUNTIME_API;
const [host, port] = api.split(':');
const BASE = '/2018-06-01/runtime/invocation/';
const NEXT = 'GET ' + BASE + 'next HTTP/1.1\r\nHost: ' + api + '\r\n\r\n';
const socket = connect(Number(port), host, () => socket.write(NEXT));
socket.setNoDelay(true);
let unread = Buffer.alloc(0);
socket.on('data', (chunk) => {
  unread = unread.length === 0 ? chunk : Buffer.concat([unread, chunk]);
  while (readOne());
});

function readOne() {
  const headEnd = unread.indexOf('\r\n\r\n');
  if (headEnd < 0) return false;
  const head = unread.latin1Slice(0, headEnd);
  const bodyEnd = headEnd + 4 + Number(/content-length: (\d+)/i.exec(head)[1]);
  if (unread.length < bodyEnd) return false;
  const body = unread.utf8Slice(headEnd + 4, bodyEnd);
  unread = unread.subarray(bodyEnd);
  const id = /lambda-runtime-aws-request-id: (\S+)/i.exec(head);
  // Without one, it says that a response has come.
  if (id === null) socket.write(NEXT);
  else answer(id[1], JSON.stringify(JSON.parse(body)));
  return true;
}

function answer(id, result) {
  const head = 'POST ' + BASE + id + '/response HTTP/1.1\r\nHost: ' + api + '\r\n';
  socket.write(head + 'Content-Length: ' + Buffer.byteLength(result) + '\r\n\r\n' + result);
}

await new Promise(() => {});
export const handler = undefined;
`;
