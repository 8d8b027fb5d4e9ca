import { isUtf8 } from 'node:buffer';
import { JsonMachine } from './json-machine/json-machine.ts';

let machine: JsonMachine | undefined;

/**
 * Whether the bytes are one JSON text in UTF-8. On the invoke path: V8's parser would make values of megabytes, to be
 * thrown away, and hold up everybody else meanwhile.
 */
export function isJsonText(bytes: Uint8Array): boolean {
  if (!isUtf8(bytes)) return false;
  machine ??= JsonMachine.make();
  return machine?.accepts(bytes) ?? isParsed(bytes);
}

/** Read as Latin-1, every byte beyond ASCII is a letter, which JSON allows in exactly the places it allows the real characters. */
function isParsed(bytes: Uint8Array): boolean {
  try {
    JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1'));
    return true;
  } catch {
    return false;
  }
}
