import { withoutGvisor } from '../support/without-gvisor.ts';
import { testLeaks } from './leaks.ts';

testLeaks('gvisor', withoutGvisor(), 100);
