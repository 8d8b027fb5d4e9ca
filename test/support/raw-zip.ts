import { crc32, deflateRawSync } from 'node:zlib';

/** One entry exactly as it shall stand in the archive, lies included. */
export interface RawEntry {
  readonly name: string | Buffer;
  readonly content?: string | Uint8Array;
  /** Unix mode with the file type, e.g. 0o100755; 0 leaves it out. */
  readonly mode?: number;
  readonly deflate?: boolean;
  /** What is declared instead of the truth. */
  readonly declaredSize?: number;
  readonly declaredCrc?: number;
  readonly method?: number;
  readonly flags?: number;
  /** Points at the content of this earlier entry (by index) instead of bringing its own. */
  readonly sharesContentOf?: number;
}

/** Writes a zip archive without any of the checks a real packer makes. */
export function rawZip(entries: readonly RawEntry[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  const offsets: number[] = [];
  let offset = 0;
  for (const entry of entries) {
    const name = Buffer.from(entry.name);
    const fields = fieldsOf(entry);
    const own = offset;
    if (entry.sharesContentOf === undefined) {
      const local = Buffer.concat([localHeader(fields, name.length), name, fields.packed]);
      parts.push(local);
      offset += local.length;
    }
    offsets.push(entry.sharesContentOf === undefined ? own : (offsets[entry.sharesContentOf] ?? 0));
    directory.push(centralHeader(fields, name.length, offsets.at(-1) ?? 0), name);
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, central, end]);
}

interface Fields {
  readonly packed: Buffer;
  readonly size: number;
  readonly crc: number;
  readonly method: number;
  readonly flags: number;
  readonly mode: number;
}

function fieldsOf(entry: RawEntry): Fields {
  const content = Buffer.from(entry.content ?? '');
  const packed = entry.deflate === true ? deflateRawSync(content) : content;
  return {
    packed,
    size: entry.declaredSize ?? content.length,
    crc: entry.declaredCrc ?? crc32(content),
    method: entry.method ?? (entry.deflate === true ? 8 : 0),
    // Bit 11: names are UTF-8.
    flags: entry.flags ?? 0x800,
    mode: entry.mode ?? 0,
  };
}

function localHeader(fields: Fields, nameLength: number): Buffer {
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x04034b50, 0);
  writeCommon(header, 4, fields, nameLength);
  return header;
}

function centralHeader(fields: Fields, nameLength: number, offset: number): Buffer {
  const header = Buffer.alloc(46);
  header.writeUInt32LE(0x02014b50, 0);
  // Made on Unix, so that the attributes hold a mode.
  header.writeUInt16LE((3 << 8) | 20, 4);
  writeCommon(header, 6, fields, nameLength);
  header.writeUInt32LE((fields.mode << 16) >>> 0, 38);
  header.writeUInt32LE(offset, 42);
  return header;
}

/** The fields both headers share, from `version needed` to the length of the name. */
function writeCommon(header: Buffer, at: number, fields: Fields, nameLength: number): void {
  header.writeUInt16LE(20, at);
  header.writeUInt16LE(fields.flags, at + 2);
  header.writeUInt16LE(fields.method, at + 4);
  header.writeUInt32LE(fields.crc, at + 10);
  header.writeUInt32LE(fields.packed.length, at + 14);
  header.writeUInt32LE(fields.size, at + 18);
  header.writeUInt16LE(nameLength, at + 22);
}
