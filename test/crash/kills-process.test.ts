import { testKills } from './kills.ts';

testKills('process', process.platform === 'linux' ? undefined : 'this is not Linux', 4);
