import type { Protocol } from '../schema/model-json.ts';
import { awsCbor11 } from './aws-cbor.ts';
import { awsJson10, awsJson11 } from './aws-json.ts';
import { awsQuery } from './aws-query.ts';
import { ec2Query } from './ec2-query.ts';
import { restJson } from './rest-json.ts';
import { restXml } from './rest-xml.ts';
import { rpcCbor } from './rpc-cbor.ts';
import type { WireProtocol } from './wire-protocol.ts';

const protocols: Readonly<Record<Protocol, WireProtocol>> = {
  restJson1: restJson,
  restXml,
  awsJson1_0: awsJson10,
  awsJson1_1: awsJson11,
  awsQuery,
  ec2Query,
  rpcv2Cbor: rpcCbor,
};

export function protocolOf(name: Protocol): WireProtocol {
  return protocols[name];
}

/** Of requests whose header names the operation: what their bodies are. */
export function targetProtocol(contentType: string | undefined): WireProtocol {
  if (contentType?.includes('x-amz-cbor') === true) return awsCbor11;
  return contentType?.includes('x-amz-json-1.0') === true ? awsJson10 : awsJson11;
}

/** The query protocol of a service: EC2 has its own. */
export function queryProtocolOf(name: Protocol | undefined): WireProtocol {
  return name === 'ec2Query' ? ec2Query : awsQuery;
}
