import { withoutNamespaces } from '../support/without-namespaces.ts';
import { testLeaks } from './leaks.ts';

testLeaks('namespace', withoutNamespaces(), 300);
