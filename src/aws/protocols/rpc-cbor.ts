export { awsJson10 as rpcCbor } from './aws-json.ts';
