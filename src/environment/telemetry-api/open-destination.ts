import type { Connect, Destination } from './destination.ts';
import type { TelemetryDestination } from './destination-request.ts';
import { HttpDestination } from './http-destination.ts';
import { TcpDestination } from './tcp-destination.ts';

export function openDestination(wanted: TelemetryDestination, connect: Connect): Destination {
  return wanted.protocol === 'HTTP'
    ? new HttpDestination(wanted, connect)
    : new TcpDestination(wanted.port, connect);
}
