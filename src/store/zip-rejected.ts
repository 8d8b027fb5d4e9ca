/** The archive is not one that may be unpacked. */
export class ZipRejected extends Error {
  override readonly name = 'ZipRejected';
  /**
   * `corrupt`: not a zip file, damaged, encrypted, or packed by a method other than store and deflate.
   * `empty`: it holds no file. `too-large`: more bytes or entries than allowed.
   * `unsafe-path`: an entry that would land outside the target, or on top of another, or is neither file nor folder.
   */
  readonly reason: 'corrupt' | 'empty' | 'too-large' | 'unsafe-path';

  constructor(reason: ZipRejected['reason'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}
