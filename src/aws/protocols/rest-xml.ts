export { awsJson10 as restXml } from './aws-json.ts';
