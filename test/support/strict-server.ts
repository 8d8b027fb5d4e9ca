import type { IAMClient } from '@aws-sdk/client-iam';
import { allBut, iamOf, type Keys, settingsFor, userWith } from './identities.ts';
import { startServer, type TestServer } from './server.ts';

export const ACCOUNT = '123456789012';
/** Of the account's root user. */
export const ROOT: Keys = { accessKeyId: 'AKIAOPERATOR', secretAccessKey: 'right-secret' };

type Settings = ReturnType<typeof settingsFor> & { readonly forcePathStyle: true };
type ClientOf<T> = new (settings: Settings) => T;

/** A server with `--auth strict`, and clients for anyone, which end with it. */
export class StrictServer {
  readonly server: TestServer;
  /** The root user's. */
  readonly iam: IAMClient;
  readonly #clients: { destroy(): void }[];

  private constructor(server: TestServer) {
    this.server = server;
    this.iam = iamOf(server.endpoint, ROOT);
    this.#clients = [this.iam];
  }

  /** @param neighbours root users of other accounts, each as LAMBENT_ACCESS_KEYS has it */
  static async start(...neighbours: readonly string[]): Promise<StrictServer> {
    const own = `${ROOT.accessKeyId}:${ROOT.secretAccessKey}:${ACCOUNT}`;
    const env = { LAMBENT_ACCESS_KEYS: [own, ...neighbours].join(',') };
    return new StrictServer(await startServer({ flags: ['--auth', 'strict'], env }));
  }

  as<T extends { destroy(): void }>(Client: ClientOf<T>, keys: Keys, region = 'us-east-1'): T {
    const settings = { ...settingsFor(this.server.endpoint, keys), region, forcePathStyle: true as const };
    const client = new Client(settings);
    this.#clients.push(client);
    return client;
  }

  /** A client of a new user who may do everything but this. */
  async without<T extends { destroy(): void }>(
    Client: ClientOf<T>,
    ...denied: readonly object[]
  ): Promise<T> {
    return this.as(Client, (await userWith(this.iam, allBut(...denied))).keys);
  }

  /** @returns the server's exit code */
  async stop(): Promise<number | null> {
    for (const client of this.#clients) client.destroy();
    return await this.server.stop();
  }
}
