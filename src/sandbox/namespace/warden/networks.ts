import { createSocket, type Socket as DatagramSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server, Socket } from 'node:net';
import {
  closeNetworkNamespace,
  makeNetworkNamespace,
  withinNetworkNamespace,
} from '../kernel/network-namespaces.ts';
import { forgetEndedConnections } from '../kernel/connection-records.ts';
import { processorsApartFrom, receiveOn } from '../kernel/receiving-processors.ts';
import { addDefaultRoutes, arrangeLoopback, type DefaultRoute } from '../kernel/routes.ts';
import { AF_INET, boundSocket, listeningSocket, SOCK_DGRAM, SOCK_STREAM, socket } from '../kernel/sockets.ts';
import { makeTunnel } from '../kernel/tunnel.ts';
import { NETWORK_PLAN } from '../network-plan.ts';
import { divertEverything } from './diversion.ts';
import type { WayOut } from './warden-messages.ts';

const { address, address6, tunnel } = NETWORK_PLAN;
const OUT4: DefaultRoute = { from: address, gateway: tunnel.peerAddress };
const OUT6: DefaultRoute = { from: address6, gateway: tunnel.peerAddress6 };
/** A listener that accepts connections at all does so at once on loopback. */
const CONNECT_LIMIT_MS = 1000;

/**
 * Network namespaces of sandboxes. Each has loopback and the address AWS has there, and where it was asked for the way
 * to everywhere else, which ends at two sockets inside. All calls into one are made without waiting in between: this
 * whole process is there meanwhile.
 */
export class Networks {
  readonly #namespaces = new Map<number, number>();
  #nextId = 1;
  /** Which processors receive what is sent inside: undefined where the one that sends it does. */
  #receiving: string | undefined;

  /**
   * @param wayOut what is diverted to the relay of what is for everywhere else; the rest fails at once
   * @throws the failed system call's error
   */
  make(wayOut: WayOut | undefined): number {
    this.#noticeProcessors();
    const id = this.#nextId;
    this.#nextId += 1;
    const namespace = makeNetworkNamespace(() => {
      const ways = wayOut?.ipv6 === true ? [OUT4, OUT6] : [OUT4];
      arrangeLoopback(...ways.map(({ from }) => from));
      if (this.#receiving !== undefined) receiveOn(this.#receiving);
      if (wayOut === undefined) return;
      divertEverything(wayOut);
      forgetEndedConnections();
      // Last: without the rules nothing may find a way.
      if (wayOut.datagrams) addDefaultRoutes(ways, makeTunnel(NETWORK_PLAN.tunnel));
      else addDefaultRoutes(ways.map(({ from }) => ({ from })));
    });
    this.#namespaces.set(id, namespace);
    return id;
  }

  /** Calls `run` inside. */
  within(id: number, run: () => void): void {
    withinNetworkNamespace(this.#namespace(id), run);
  }

  async listen(id: number, host: string, port: number): Promise<Server> {
    const fd = withinNetworkNamespace(this.#namespace(id), () => listeningSocket(host, port));
    const server = createServer();
    server.listen({ fd });
    await once(server, 'listening');
    return server;
  }

  async receive(id: number, host: string, port: number): Promise<DatagramSocket> {
    const fd = withinNetworkNamespace(this.#namespace(id), () => boundSocket(SOCK_DGRAM, host, port));
    const datagrams = createSocket('udp4');
    const listening = once(datagrams, 'listening');
    datagrams.bind({ fd });
    await listening;
    return datagrams;
  }

  /** Connects to what listens inside; rejects when nobody accepts there soon. */
  async connect(id: number, port: number): Promise<Socket> {
    const fd = withinNetworkNamespace(this.#namespace(id), () => socket(AF_INET, SOCK_STREAM, 0));
    // Not to be read from here, where it only passes through.
    const connection = new Socket({ fd, readable: false, writable: true });
    const limit = AbortSignal.timeout(CONNECT_LIMIT_MS);
    try {
      connection.connect({ port, host: '127.0.0.1' });
      await once(connection, 'connect', { signal: limit });
      return connection;
    } catch (error) {
      connection.destroy();
      throw error;
    }
  }

  /** The namespace goes when the last process and socket in it have gone. */
  forget(id: number): void {
    const namespace = this.#namespaces.get(id);
    if (namespace === undefined) return;
    this.#namespaces.delete(id);
    closeNetworkNamespace(namespace);
  }

  /**
   * A platform that has processors for itself, on which no function runs, leaves it to theirs to receive what it sends them:
   * that and waking who waits for it are most of what sending takes. Where they share processors it would be a detour.
   */
  #noticeProcessors(): void {
    const receiving = processorsApartFrom(process.ppid);
    if (receiving === this.#receiving) return;
    this.#receiving = receiving;
    for (const namespace of this.#namespaces.values())
      withinNetworkNamespace(namespace, () => receiveOn(receiving));
  }

  #namespace(id: number): number {
    const namespace = this.#namespaces.get(id);
    if (namespace === undefined) throw new Error(`There is no network ${id}.`);
    return namespace;
  }
}
