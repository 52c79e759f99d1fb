import { parseArgs } from 'node:util';
import { ApiClient } from './console/api-client.js';
import { reason } from './console/stopped.js';
import { importDocs } from './import/import-docs.js';
import { importTickets } from './import/import-tickets.js';

const USAGE = `usage: npm run import -- --url <address> --key <API key> --project <id> docs <folder>
       npm run import -- --url <address> --key <API key> --project <id> tickets <file.csv|file.json>

A CSV has a header with title, and if you like body, status, labels (separated by ;) and assignee (an email).`;

interface Wanted {
  url: string;
  key: string;
  project: string;
  what: 'docs' | 'tickets';
  path: string;
}

/** Returns null if an argument is missing, or there is one too many. */
function readArguments(): Wanted | null {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        url: { type: 'string', default: 'http://127.0.0.1:4400' },
        key: { type: 'string' },
        project: { type: 'string' },
      },
    });
    const [what, path, ...more] = positionals;
    const { url, key, project } = values;
    if ((what !== 'docs' && what !== 'tickets') || !path || more.length > 0) return null;
    return key && project && URL.canParse(url) ? { url, key, project, what, path } : null;
  } catch {
    return null;
  }
}

/** Brings into a project what people have, by the API: 1 where some of it could not be used. */
async function main(): Promise<number> {
  const wanted = readArguments();
  if (!wanted) {
    console.error(USAGE);
    return 2;
  }
  const { what, project, path } = wanted;
  const api = new ApiClient(wanted.url, wanted.key);
  await api.get(`/api/projects/${encodeURIComponent(project)}`);
  const report =
    what === 'docs' ? await importDocs(api, project, path) : await importTickets(api, project, path);
  report.end();
  return report.failed > 0 ? 1 : 0;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(reason(error));
    process.exitCode = 1;
  },
);
