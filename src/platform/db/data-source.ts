import 'reflect-metadata';
import { DataSource } from 'typeorm';
import * as agents from './entities/agent.entity.js';
import * as bindings from './entities/binding.entity.js';
import * as daily from './entities/daily.entity.js';
import * as docs from './entities/doc.entity.js';
import * as memories from './entities/memory.entity.js';
import * as proposals from './entities/proposal.entity.js';
import * as roadmap from './entities/roadmap.entity.js';
import * as runs from './entities/run.entity.js';
import * as schedules from './entities/schedule.entity.js';
import * as settings from './entities/setting.entity.js';
import * as snapshots from './entities/snapshot.entity.js';
import * as tenancy from './entities/tenancy.entity.js';
import * as threads from './entities/thread.entity.js';
import * as tickets from './entities/ticket.entity.js';
import { KEEP_ALIVE, type Limits, sessionOptions, watchedClient } from './limits.js';
import { migrations } from './migrations/index.js';
import { PreparingClient } from './prepared.js';

const rooms = [
  tenancy,
  runs,
  agents,
  bindings,
  settings,
  schedules,
  docs,
  tickets,
  threads,
  proposals,
  memories,
  daily,
  roadmap,
  snapshots,
];
/** Each module also exports lists of values, which are no classes. */
export const entities = rooms
  .flatMap((room) => Object.values(room))
  .filter((one) => typeof one === 'function');

/** The one way to PostgreSQL; the schema comes from migrations, never from the entities. */
export function createDataSource(
  url: string,
  poolSize: number,
  name = 'nightshift',
  limits?: Limits,
): DataSource {
  return new DataSource({
    type: 'postgres',
    url,
    entities,
    migrations,
    synchronize: false,
    migrationsTableName: 'migrations',
    poolSize,
    applicationName: name,
    logging: false,
    extra: {
      ...KEEP_ALIVE,
      connectionTimeoutMillis: 5000,
      idleTimeoutMillis: 30_000,
      options: sessionOptions(limits),
      Client: limits ? watchedClient(limits) : PreparingClient,
    },
    poolErrorHandler: () => undefined,
  });
}
