import { testLeaks } from './leaks.ts';

testLeaks('process', process.platform === 'linux' ? undefined : 'this is not Linux', 300);
