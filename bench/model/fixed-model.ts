import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';

/** The model's counts since the last call. */
export interface ModelCounts {
  calls: number;
  most_open: number;
}

const answer = JSON.stringify({
  id: 'resp_fixed',
  object: 'response',
  status: 'completed',
  model: 'fixed',
  output: [
    {
      id: 'msg_fixed',
      type: 'message',
      role: 'assistant',
      status: 'completed',
      content: [{ type: 'output_text', text: 'All steps were made.', annotations: [] }],
    },
  ],
  usage: { input_tokens: 20, output_tokens: 6, total_tokens: 26 },
});

/** A model that answers every request after the same time, and counts how many it has under way. */
export function fixedModel(after_ms: number) {
  let [calls, open, most_open] = [0, 0, 0];
  return createServer(async (request, response) => {
    response.setHeader('content-type', 'application/json');
    if (request.url === '/counts') {
      response.end(JSON.stringify({ calls, most_open } satisfies ModelCounts));
      [calls, most_open] = [0, open];
      return;
    }
    calls += 1;
    open += 1;
    most_open = Math.max(most_open, open);
    response.on('close', () => {
      open -= 1;
    });
    await Promise.all([text(request).catch(() => ''), pause(after_ms)]);
    response.end(answer);
  });
}

if (import.meta.filename === process.argv[1]) {
  const [port, after_ms] = process.argv.slice(2).map(Number);
  const end = () => process.exit(0);
  process.on('SIGTERM', end);
  process.on('disconnect', end);
  fixedModel(after_ms!).listen(port, '127.0.0.1', () => process.send?.('ready'));
}
