import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';

/** Stands before a PostgreSQL server, and ends the connection at whose commit it is told to, instead of handing on the answer. */
export class CuttingProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #table: string | undefined;

  private constructor(target: URL) {
    this.#server = createServer((client) => this.#serve(client, target));
  }

  static async listen(url: string): Promise<CuttingProxy> {
    const proxy = new CuttingProxy(new URL(url));
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  /** The same database by way of here. */
  through(url: string): string {
    const address = new URL(url);
    address.hostname = '127.0.0.1';
    address.port = String((this.#server.address() as AddressInfo).port);
    return address.href;
  }

  /** The next transaction that names this table is committed, and nobody hears of it. */
  cutNext(table: string): void {
    this.#table = table;
  }

  /** It has been cut. */
  get hasCut(): boolean {
    return this.#table === undefined;
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  #serve(client: Socket, { hostname, port }: URL): void {
    const server = connect(Number(port), hostname);
    let isNamed = false;
    let isCut = false;
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.#sockets.delete(socket);
        (socket === client ? server : client).destroy();
      });
    }
    client.on('data', (bytes: Buffer) => {
      const text = bytes.toString('latin1');
      isNamed ||= this.#table !== undefined && text.includes(this.#table);
      if (isNamed && text.includes('commit\0')) {
        isCut = true;
        this.#table = undefined;
      }
      server.write(bytes);
    });
    server.on('data', (bytes: Buffer) => {
      if (!isCut) client.write(bytes);
      else if (bytes.includes('COMMIT')) client.destroy();
    });
  }
}
