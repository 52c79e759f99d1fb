import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDataSource } from '../../src/platform/db/data-source.js';
import { changeDoc } from '../../src/workspace/docs/doc.store.js';
import type { ProjectPlace } from '../../src/workspace/place.js';
import { addComment } from '../../src/workspace/tickets/comment.store.js';
import { addRelation } from '../../src/workspace/tickets/relation.store.js';
import { createTicket, setTicketStatus } from '../../src/workspace/tickets/ticket.store.js';
import { ok } from '../support/answers.js';
import { useApi } from '../support/use-api.js';
import { newDoc, newProject } from './new-items.js';

/** Agents write through the same stores as people, with the run that did it. */

const used = useApi();
const run_id = randomUUID();
const by = { user_id: null, run_id };
let db: ReturnType<typeof createDataSource>;
let place: ProjectPlace;

beforeAll(async () => {
  db = await createDataSource(used.stack.database, 4).initialize();
  const { organisation_id, project_id } = used.stack.tenant;
  place = { organisation_id, project_id };
});
afterAll(() => db.destroy());

const show = async (id: string) => ok(await used.api.get(`/api/tickets/${id}`));

test('a run writes tickets, comments, relations and docs, and is named with them', async () => {
  const [ticket, other] = await db.transaction(async (tx) => [
    await createTicket(tx, place, { title: 'By a run', body: '' }, by),
    await createTicket(tx, place, { title: 'Another', body: '' }, by),
  ]);
  await db.transaction(async (tx) => {
    await setTicketStatus(tx, place, ticket.id, 1, 'done');
    await addComment(tx, place, ticket.id, 'Done, it seems.', by);
    expect(await addRelation(tx, place, ticket.id, { kind: 'duplicate_of', other_id: other.id }, by)).toBe(
      true,
    );
    expect(await addRelation(tx, place, ticket.id, { kind: 'duplicate_of', other_id: other.id }, by)).toBe(
      false,
    );
  });
  const shown = await show(ticket.id);
  expect(shown).toMatchObject({ status: 'done', version: 2, created_by: null, comments: 1 });
  expect(shown.relations).toMatchObject([{ kind: 'duplicate_of', run_id, ticket: { id: other.id } }]);
  const { comments } = ok(await used.api.get(`/api/tickets/${ticket.id}/comments`));
  expect(comments).toMatchObject([{ body: 'Done, it seems.', author_id: null, run_id }]);

  const doc = await newDoc(used.api, place.project_id);
  await db.transaction((tx) => changeDoc(tx, place, doc.id, 1, { body: 'By a run' }, by));
  const revision = ok(await used.api.get(`/api/docs/${doc.id}/revisions/2`));
  expect(revision).toMatchObject({ body: 'By a run', changed_by: null, run_id });
});

test('what fails half-way leaves nothing behind', async () => {
  const ticket = await db.transaction((tx) => createTicket(tx, place, { title: 'T', body: '' }, by));
  const failing = db.transaction(async (tx) => {
    await addComment(tx, place, ticket.id, 'lost', by);
    await setTicketStatus(tx, place, ticket.id, 7, 'closed');
  });
  await expect(failing).rejects.toMatchObject({ code: 'version_conflict' });
  expect(await show(ticket.id)).toMatchObject({ status: 'open', version: 1, comments: 0 });
});

test('nothing outside of the place is touched', async () => {
  const elsewhere = { ...place, project_id: await newProject(used.api) };
  const ticket = await db.transaction((tx) => createTicket(tx, place, { title: 'T', body: '' }, by));
  for (const write of [
    () => db.transaction((tx) => setTicketStatus(tx, elsewhere, ticket.id, 1, 'closed')),
    () => db.transaction((tx) => addComment(tx, elsewhere, ticket.id, 'x', by)),
    () =>
      db.transaction((tx) =>
        addRelation(tx, elsewhere, ticket.id, { kind: 'blocks', other_id: ticket.id }, by),
      ),
  ])
    await expect(write()).rejects.toMatchObject({ code: 'not_found' });
  expect(await show(ticket.id)).toMatchObject({ status: 'open', version: 1, comments: 0 });
});
