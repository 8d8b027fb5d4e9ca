/** Names that lead to this machine; the last is the field's name that resolves to 127.0.0.1. */
export const LOCAL_NAMES: readonly string[] = [
  'localhost',
  '127.0.0.1',
  '[::1]',
  'localhost.localstack.cloud',
];
