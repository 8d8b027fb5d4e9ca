import { withoutNamespaces } from '../support/without-namespaces.ts';
import { testKills } from './kills.ts';

testKills('namespace', withoutNamespaces(), 4);
