import { createServer } from 'node:http';

/** Answers 200 to everything; ends on a signal, or when the supervisor is gone. */
export function serve(port) {
  createServer((_, response) => response.end('{}')).listen(Number(port), '127.0.0.1');
  process.once('SIGTERM', () => process.exit(0));
  process.once('disconnect', () => process.exit(0));
}
