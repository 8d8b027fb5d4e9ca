import type { Socket as DatagramSocket } from 'node:dgram';
import { createServer, type Server, type Socket } from 'node:net';
import type { DivertedSockets, EgressRelay } from '../egress/egress-relay.ts';
import type { SpawnedGroup } from '../../process/spawner.ts';
import type { SandboxCommand } from '../../sandbox.ts';
import { NETWORK_PLAN } from '../network-plan.ts';
import type { WayOut } from '../warden/warden-messages.ts';
import type { Warden } from '../warden/warden.ts';

/** Of one sandbox at the same time; an SDK keeps some tens. */
const MOST_ENDPOINT_CONNECTIONS = 256;

/** The one service of this machine that every sandbox reaches, on its own loopback. */
export interface GrantedService {
  readonly port: number;
  /** Takes a connection from inside a sandbox. */
  readonly accept: (socket: Socket) => void;
}

export interface Egress {
  readonly relay: EgressRelay;
  readonly wayOut: WayOut;
}

export interface NetworkParts {
  readonly warden: Warden;
  readonly service: GrantedService | undefined;
  /** Undefined where sandboxes reach nothing else. */
  readonly egress: Egress | undefined;
}

/** The private network of one sandbox, ready before anything runs in it. */
export class SandboxNetwork {
  readonly warden: Warden;
  readonly #id: number;
  readonly #listener: Server;
  readonly #service: Server | undefined;
  readonly #endEgress: (() => void) | undefined;
  #side: Server | undefined;

  private constructor(
    warden: Warden,
    id: number,
    listener: Server,
    service: Server | undefined,
    endEgress: (() => void) | undefined,
  ) {
    this.warden = warden;
    this.#id = id;
    this.#listener = listener;
    this.#service = service;
    this.#endEgress = endEgress;
  }

  static async make({ warden, service, egress }: NetworkParts): Promise<SandboxNetwork> {
    const id = await warden.network(egress?.wayOut);
    try {
      const [listener, granted, endEgress] = await Promise.all([
        // By its loopback address as well: SDKs take credentials in the clear from nowhere else.
        warden.listener(id, '0.0.0.0', NETWORK_PLAN.platformPort),
        service && grant(warden, id, service),
        egress?.relay.add(() => divertedSockets(warden, id, egress.wayOut)),
      ]);
      return new SandboxNetwork(warden, id, listener, granted, endEgress);
    } catch (error) {
      await warden.forget(id).catch(() => undefined);
      throw error;
    }
  }

  /** Whether the process that keeps it still lives. */
  get alive(): boolean {
    return this.warden.alive;
  }

  /** Lets processes inside connect to a server; the address they do it at is the answer, besides that of the loopback. */
  listen(server: Server): string {
    server.listen(this.#listener);
    return `${NETWORK_PLAN.address}:${NETWORK_PLAN.platformPort}`;
  }

  /** The same at a second port, for datagrams as well; its address is the answer. */
  async listenBeside(server: Server, onDatagrams: (socket: DatagramSocket) => void): Promise<string> {
    const [listener] = await Promise.all([
      this.warden.listener(this.#id, '0.0.0.0', NETWORK_PLAN.sidePort),
      this.receiveBeside(onDatagrams),
    ]);
    this.#side = listener;
    server.listen(listener);
    return `${NETWORK_PLAN.address}:${NETWORK_PLAN.sidePort}`;
  }

  async receiveBeside(onDatagrams: (socket: DatagramSocket) => void): Promise<void> {
    onDatagrams(await this.warden.receiver(this.#id, '0.0.0.0', NETWORK_PLAN.sidePort));
  }

  /** Rejects with the failed system call's error (`code`) when the program cannot be started. */
  async start(command: SandboxCommand): Promise<SpawnedGroup> {
    return await this.warden.start(command, { network: this.#id });
  }

  async connect(port: number): Promise<Socket> {
    return await this.warden.connect(this.#id, port);
  }

  /** Every connection out of it ends; whoever listens with its socket closes that himself. */
  close(): void {
    this.#listener.close();
    this.#side?.close();
    this.#service?.close();
    this.#endEgress?.();
    // With the warden the network has gone.
    this.warden.forget(this.#id).catch(() => undefined);
  }
}

async function grant(warden: Warden, id: number, { port, accept }: GrantedService): Promise<Server> {
  const server = createServer({ allowHalfOpen: true, noDelay: true, keepAlive: true }, accept);
  server.maxConnections = MOST_ENDPOINT_CONNECTIONS;
  server.listen(await warden.listener(id, '127.0.0.1', port));
  return server;
}

async function divertedSockets(warden: Warden, id: number, { ipv6 }: WayOut): Promise<DivertedSockets> {
  const hosts = ['127.0.0.1', ...(ipv6 ? ['::1'] : [])];
  const [datagrams, ...connections] = await Promise.all([
    warden.receiver(id, '127.0.0.1', NETWORK_PLAN.dnsPort),
    ...hosts.map((host) => warden.listener(id, host, NETWORK_PLAN.relayPort)),
  ]);
  return { connections, datagrams };
}
