export { awsJson10 as awsQuery } from './aws-json.ts';
