import type { Started } from './start-stack.js';

/** The commands for a person's next steps, ready to be copied. */
export function startLinks(started: Started, home: string): string {
  const { url, api_key, temporal_ui, openapi, offline_model } = started;
  const rows: [string, string | undefined][] = [
    ['API', url],
    ['OpenAPI', openapi],
    ['Temporal', temporal_ui],
    ['API key', api_key],
    [
      'Model',
      offline_model ? 'offline model (set OPENAI_API_KEY or OPENAI_BASE_URL for another)' : undefined,
    ],
    ['Data', home],
  ];
  const lines = rows.flatMap(([name, value]) => (value ? [`  ${name.padEnd(10)}${value}`] : []));
  return [
    '',
    ...lines,
    '',
    ...(api_key ? ['  A first run:', '', firstRun(url, api_key)] : ['  Use a key of your own.']),
    '',
    '  Ctrl-C stops everything.',
    '',
  ].join('\n');
}

function firstRun(url: string, key: string): string {
  const body = JSON.stringify({ agent: 'self_check', input: { steps: 3, model_calls: 1 } });
  return [
    `  curl -s ${url}/api/agent-runs \\`,
    `    -H 'Authorization: Bearer ${key}' -H 'Content-Type: application/json' \\`,
    `    -d '${body}'`,
  ].join('\n');
}
