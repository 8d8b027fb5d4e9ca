/**
 * The spawner: a small process of its own that starts the functions' processes, because `spawn` stops the caller's
 * event loop for a time that grows with the caller's memory (4.3 ms at 120 MB, 10 ms at 270 MB, 1.8 ms from here).
 *
 * No byte of a function passes through this process. Its output is a named pipe that the platform reads (a socket
 * could not be opened as /dev/stdout, which shell scripts do); pipes are made in stock, many at a time, as that takes
 * a program of its own. Its channel is a socket that the platform connects just before it sends the request. When the
 * platform is gone, however it went, every process group is killed.
 */
import { serveSpawner } from './serve-spawner.ts';

serveSpawner();
