import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect } from 'vitest';
import { seed } from '../../src/commands/seed.js';
import { createDataSource } from '../../src/platform/db/data-source.js';
import { publishChange } from '../engine/agents/own-agents.js';
import type { Caller, Json } from '../support/caller.js';
import { sharedParts } from '../support/private-parts.js';
import { ScriptedModel } from '../support/scripted-model.js';
import { TestStack } from '../support/stack.js';
import type { Subject } from './subjects.js';
import { changes, TableReader, type Tables } from './tables.js';
import { ordinary, type Words } from './words.js';
import type { Asked, Place } from './world.js';

/** One agent's run in an organisation of its own, with the tables from just after the request. */
export interface Trial extends Asked {
  subject: Subject;
  place: Place;
  before: Tables;
}

export interface Trying {
  words?: Words;
  /** The changes of its version for this run alone. */
  version?: object;
}

const QUICK = {
  API_RATE_LIMIT_PER_MINUTE: '1000000',
  WORKER_MAX_CONCURRENT_ACTIVITIES: '500',
  DOC_REVIEW_DELAY_SECONDS: '0',
};

/** Starts an API without a worker: requests wait until a test starts one, so that `before` is from before all work. */
export function useBattery(settings: Record<string, string> = {}) {
  const held = {
    model: undefined as unknown as ScriptedModel,
    stack: undefined as unknown as TestStack,
    db: undefined as unknown as ReturnType<typeof createDataSource>,
    /** Decides for the server. */
    admin: undefined as unknown as Caller,
    tables: undefined as unknown as TableReader,
  };
  beforeAll(async () => {
    held.model = await ScriptedModel.start();
    held.stack = new TestStack({ ...sharedParts(), model: held.model.url }, { ...QUICK, ...settings });
    await held.stack.open();
    const { url } = await held.stack.startApi();
    held.admin = held.stack.caller(url);
    held.db = await createDataSource(held.stack.database, 8).initialize();
    held.tables = await TableReader.open(held.db);
  });
  afterAll(async () => {
    await held.db.destroy();
    await held.stack.close();
    await held.model.close();
  });
  return Object.assign(held, {
    async trial(subject: Subject, { words = ordinary(), version }: Trying = {}): Promise<Trial> {
      const place = await placeFor(held.stack, held.db, held.admin.url, subject.key, words);
      await subject.fill(place);
      if (version) await publishChange(held.admin, subject.key, version);
      const { run, ids } = await subject.ask(place, { ...(subject.agent.example as Json) });
      return { subject, place, run, ids, before: await held.tables.read(place.organisation_id) };
    },

    async trials(subjects: readonly Subject[], trying: Trying = {}): Promise<Map<string, Trial>> {
      const made = await Promise.all(subjects.map((subject) => this.trial(subject, trying)));
      return new Map(made.map((trial) => [trial.subject.key, trial]));
    },

    /** Returns the differences of the organisation since the request, except the record of runs. */
    async changed({ place, before }: Trial): Promise<string[]> {
      return changes(before, await held.tables.read(place.organisation_id));
    },

    /** Expects that the run completed and left its outputs and nothing else. */
    async expectOutputs(trial: Trial): Promise<Json> {
      const { place, run, subject } = trial;
      const ended = await place.api.ended(run.id, 90_000);
      expect(ended.status, JSON.stringify(ended.error)).toBe('completed');
      expect(mayWrite(subject)).toEqual(expect.arrayContaining(await this.changed(trial)));
      await subject.seen(place, ended);
      return ended;
    },

    /** Expects that the run ended with this status and the whole error, and left only outputs that are right anyway. */
    async expectNothing(trial: Trial, status: string, error: object): Promise<Json> {
      const ended = await trial.place.api.ended(trial.run.id, 90_000);
      expect(ended, JSON.stringify(ended.error)).toMatchObject({ status, error, result: null });
      expect(Object.keys(ended.error).sort()).toEqual(
        expect.arrayContaining(['attempt', 'code', 'message', 'retryable', 'step']),
      );
      const { works_out = [] } = trial.subject;
      expect(works_out).toEqual(expect.arrayContaining(await this.changed(trial)));
      if (works_out.length === 0) expect(ended.outputs).toEqual([]);
      return ended;
    },
  });
}

export const mayWrite = ({ writes, works_out = [] }: Subject) => [...writes, ...works_out];

/** An organisation in which no other agent follows what people do. */
async function placeFor(
  stack: TestStack,
  db: ReturnType<typeof createDataSource>,
  url: string,
  agent: string,
  words: Words,
): Promise<Place> {
  const name = randomUUID();
  const { api_key, ...ids } = await seed(db, {
    organisation: name,
    project: 'Shop',
    email: `${name}@shop.test`,
    name: 'Mira',
    new_key: true,
  });
  await db.query(
    `INSERT INTO bindings (id, agent, scope, organisation_id, enabled)
     SELECT gen_random_uuid(), key, 'organisation', $1, false FROM agents WHERE built_in AND key <> $2`,
    [ids.organisation_id, agent],
  );
  const api = stack.caller(url, api_key ?? '');
  return { stack, api, ...ids, project: `/api/projects/${ids.project_id}`, words };
}
