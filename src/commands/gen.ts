import 'reflect-metadata';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { freePorts } from '../../stack/free-ports.js';
import { startPostgres } from '../../stack/postgres.js';
import { root } from '../../stack/root.js';
import { signingKeys } from '../../stack/secrets.js';
import { createApi } from '../api/api.js';
import { describeApi } from '../api/openapi.js';
import { readEnvironment } from '../platform/config/environment.js';
import { createDataSource } from '../platform/db/data-source.js';
import {
  agentsPage,
  errorsPage,
  rolesPage,
  settingsPage,
  statesPage,
  toolsPage,
  waitReasonsPage,
} from './gen/reference.js';
import {
  agentRegistry,
  dayPartRegistry,
  kindRegistry,
  moduleRegistry,
  searchSourceRegistry,
  toolDeclarations,
  toolRegistry,
  workRegistry,
} from './gen/registry.js';
import { dumpSchema } from './gen/schema-dump.js';
import { migrate } from './migrate.js';

const REGISTRIES_MADE = 75;

/** Makes every generated file, or with `--check` says which are stale. */
async function main(check: boolean): Promise<void> {
  const files = { ...pages(), ...(await fromDatabase()) };
  const stale = Object.entries(files).filter(([path, content]) => read(join(root, path)) !== content);
  if (check) {
    for (const [path] of stale) console.error(`${path} is stale: run \`npm run gen\``);
    process.exit(stale.length > 0 ? 1 : 0);
  }
  for (const [path, content] of stale) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
    console.log(`made ${path}`);
  }
  // The pages are made by the registries as they were compiled: build/bootstrap.mjs compiles the new ones and calls again.
  process.exit(stale.some(([path]) => path.endsWith('.ts')) ? REGISTRIES_MADE : 0);
}

function pages(): Record<string, string> {
  return {
    'agents/index.ts': agentRegistry(root),
    'agents/works.ts': workRegistry(root),
    'agents/day-parts.ts': dayPartRegistry(root),
    'agents/modules.ts': moduleRegistry(root),
    'tools/index.ts': toolRegistry(root),
    'tools/declared.ts': toolDeclarations(root),
    'src/workspace/proposals/kinds/index.ts': kindRegistry(root),
    'src/workspace/retrieval/sources.ts': searchSourceRegistry(root),
    'docs/reference/agents.md': agentsPage(),
    'docs/reference/tools.md': toolsPage(),
    'docs/reference/errors.md': errorsPage(),
    'docs/reference/roles.md': rolesPage(),
    'docs/reference/settings.md': settingsPage(),
    'docs/reference/states.md': statesPage(),
    'docs/reference/wait-reasons.md': waitReasonsPage(),
  };
}

/** A PostgreSQL for the moment: migrated, described, thrown away. */
async function fromDatabase(): Promise<Record<string, string>> {
  const home = mkdtempSync(join(tmpdir(), 'nightshift-gen-'));
  const [port = 0] = await freePorts(1);
  const postgres = await startPostgres({ home, port, log: () => undefined });
  try {
    await migrate(postgres.url);
    const db = await createDataSource(postgres.url, 1).initialize();
    const schema = await dumpSchema(db);
    await db.destroy();
    const app = await createApi(
      readEnvironment({
        DATABASE_URL: postgres.url,
        LOG_LEVEL: 'error',
        TEMPORAL_PAYLOAD_KEYS: 'none',
        AUDIT_SIGNING_KEYS: signingKeys(home, undefined),
      }),
    );
    const openapi = `${JSON.stringify(describeApi(app), null, 2)}\n`;
    await app.close();
    return { 'src/platform/db/schema.sql': schema, 'docs/reference/openapi.json': openapi };
  } finally {
    await postgres.stop();
    rmSync(home, { recursive: true, force: true });
  }
}

function read(path: string): string | null {
  return existsSync(path) ? readFileSync(path, 'utf8') : null;
}

await main(process.argv.includes('--check'));
