/** What a sequence number says: a place in a shard. */
export interface Sequence {
  /** Of the shard, in seconds: higher than its parents', so that children's numbers come after theirs. */
  readonly epoch: number;
  readonly shard: number;
  /** 0 is before the shard's first record. */
  readonly place: number;
}

/*
 * 47 hexadecimal digits between two marks, which make the 56 decimal digits that readers know: what is written first
 * decides the order.
 */
const MARK = '2';
const EPOCH_DIGITS = 9;
const PLACE_DIGITS = 24;
const SHARD_DIGITS = 12;
const FORM = /^2([0-9a-f]{9})([0-9a-f]{24})([0-9a-f]{12})2$/;

export function sequenceNumber({ epoch, shard, place }: Sequence): string {
  const digits = [hex(epoch, EPOCH_DIGITS), hex(place, PLACE_DIGITS), hex(shard, SHARD_DIGITS)].join('');
  return BigInt(`0x${MARK}${digits}${MARK}`).toString();
}

/** Undefined for a number that is none of ours. */
export function parseSequenceNumber(text: string): Sequence | undefined {
  if (!/^[1-9]\d{55}$/.test(text)) return undefined;
  const [, epoch = '', place = '', shard = ''] = FORM.exec(BigInt(text).toString(16)) ?? [];
  if (epoch === '') return undefined;
  const sequence = { epoch: parse(epoch), shard: parse(shard), place: parse(place) };
  return Object.values(sequence).every(Number.isSafeInteger) ? sequence : undefined;
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}

function parse(digits: string): number {
  return Number.parseInt(digits, 16);
}
