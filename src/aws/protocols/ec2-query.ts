export { awsJson10 as ec2Query } from './aws-json.ts';
