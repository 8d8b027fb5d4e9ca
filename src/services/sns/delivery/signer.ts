import { createPrivateKey, createPublicKey, generateKeyPair, sign } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { fingerprint, selfSignedCertificate } from './certificate.ts';

/** Where `SigningCertURL` leads. */
export const CERTIFICATE_PATH = '/_lambent/sns/';

interface SigningKey {
  readonly privateKey: string;
  readonly certificate: string;
}

/** Signs notifications. Its key is made when the first one is signed, and stays. */
export class NotificationSigner {
  readonly #file: string;
  #key: Promise<SigningKey> | undefined;

  /** @param file where the key is kept, with its certificate */
  constructor(file: string) {
    this.#file = file;
  }

  /** @param version `1` is SHA-1, `2` is SHA-256. @returns base64 */
  async sign(text: string, version: '1' | '2'): Promise<string> {
    const { privateKey } = await this.#signingKey();
    const signed = await promisify(sign)(version === '1' ? 'sha1' : 'sha256', Buffer.from(text), privateKey);
    return signed.toString('base64');
  }

  async certificatePath(): Promise<string> {
    const { certificate } = await this.#signingKey();
    return `${CERTIFICATE_PATH}SimpleNotificationService-${fingerprint(certificate)}.pem`;
  }

  /** The certificate at a path; undefined when it is none of this platform's. */
  async certificateAt(path: string): Promise<string | undefined> {
    const isIts = path === (await this.certificatePath());
    return isIts ? (await this.#signingKey()).certificate : undefined;
  }

  async #signingKey(): Promise<SigningKey> {
    this.#key ??= this.#load();
    return await this.#key;
  }

  async #load(): Promise<SigningKey> {
    const kept = await readFile(this.#file, 'utf8').catch(() => undefined);
    if (kept !== undefined) return JSON.parse(kept) as SigningKey;
    const { privateKey: pem } = await promisify(generateKeyPair)('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    });
    const privateKey = createPrivateKey(pem);
    const keys = { privateKey, publicKey: createPublicKey(pem) };
    const key = {
      privateKey: pem,
      certificate: selfSignedCertificate(keys, 'sns.lambent.local', new Date()),
    };
    const temporary = `${this.#file}.new`;
    await writeFile(temporary, JSON.stringify(key), { mode: 0o600 });
    await rename(temporary, this.#file);
    return key;
  }
}
