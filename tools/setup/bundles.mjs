/** Processes and threads of their own. Each stands beside the module that starts it, which asks for it by this name. */
const helpers = [
  'dist/src/store/sqlite-worker',
  'dist/src/services/s3/contents/digest-worker',
  'dist/src/sandbox/process/spawner-main',
  'dist/src/sandbox/namespace/warden/warden-main',
  'dist/src/sandbox/namespace/egress/relay-main',
];

/**
 * What is put into one file each: finding and linking the server's some five hundred modules one by one was most of the
 * time from the command to serving. Main modules and what they become, as paths from the root.
 */
export const bundles = [
  { program: 'dist/src/main.js', file: 'dist/server.js' },
  ...helpers.map((path) => ({ program: `${path}.js`, file: `${path}.bundle.js` })),
];
