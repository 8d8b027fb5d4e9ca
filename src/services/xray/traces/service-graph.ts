import type { Edge, Service, ServiceId } from '@aws-sdk/client-xray';
import { GraphStatistics } from './graph-statistics.ts';
import { servicesOf, type TracedService } from './services.ts';
import type { WholeTrace } from './whole-trace.ts';

interface Node {
  readonly reference: number;
  readonly id: ServiceId;
  readonly own: GraphStatistics;
  /** Calls to others. */
  readonly calls: Map<Node, GraphStatistics>;
  /** Callers of traces, who sent nothing themselves. */
  readonly isClient: boolean;
  isRoot: boolean;
}

/** Which services called which, and how that went. */
export class ServiceGraph {
  readonly #nodes = new Map<string, Node>();

  add(trace: WholeTrace): void {
    for (const service of servicesOf(trace)) {
      const node = this.#node(service.id, false);
      node.own.add(service.segment);
      const caller = this.#callerOf(service);
      if (service.caller === undefined) node.isRoot = true;
      const call = caller.calls.get(node) ?? new GraphStatistics();
      caller.calls.set(node, call);
      call.add(service.segment);
      if (caller.isClient) caller.own.add(service.segment);
    }
  }

  services(): Service[] {
    return [...this.#nodes.values()].map((node) => ({
      ReferenceId: node.reference,
      Name: node.id.Name,
      Names: node.id.Names,
      AccountId: node.id.AccountId,
      Type: node.isClient ? 'client' : node.id.Type,
      State: node.isClient ? 'unknown' : 'active',
      ...(node.isRoot && { Root: true }),
      StartTime: node.own.startTime,
      EndTime: node.own.endTime,
      Edges: [...node.calls].map(edge),
      ...(!node.isClient && {
        SummaryStatistics: node.own.summary(),
        DurationHistogram: node.own.histogram(),
        ResponseTimeHistogram: node.own.histogram(),
      }),
    }));
  }

  #callerOf({ caller, id }: TracedService): Node {
    return caller === undefined ? this.#node(id, true) : this.#node(caller.id, false);
  }

  #node(id: ServiceId, isClient: boolean): Node {
    const key = [isClient, id.Type, id.Name, id.AccountId].join(' ');
    const known = this.#nodes.get(key);
    if (known !== undefined) return known;
    const own = new GraphStatistics();
    const node = { reference: this.#nodes.size, id, own, calls: new Map(), isClient, isRoot: false };
    this.#nodes.set(key, node);
    return node;
  }
}

function edge([called, calls]: readonly [Node, GraphStatistics]): Edge {
  return {
    ReferenceId: called.reference,
    StartTime: calls.startTime,
    EndTime: calls.endTime,
    SummaryStatistics: calls.summary(),
    ResponseTimeHistogram: calls.histogram(),
    Aliases: [],
  };
}
