import { withoutGvisor } from '../support/without-gvisor.ts';
import { testKills } from './kills.ts';

testKills('gvisor', withoutGvisor(), 2);
