import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { Doc, DocRevision } from '../../platform/db/entities/doc.entity.js';
import { AppError } from '../../platform/http/app-error.js';
import { mustBeAt } from '../../platform/http/version.js';
import type { By, ProjectPlace } from '../place.js';
import { keepFindable } from '../retrieval/findable.js';
import { saveLinks } from './link.store.js';
import docSource from './search-source.js';

/** The one way to write docs, for people and for agents. */

export async function createDoc(
  tx: EntityManager,
  { organisation_id, project_id }: ProjectPlace,
  { title, body }: Pick<Doc, 'title' | 'body'>,
  by: By,
): Promise<Doc> {
  const docs = tx.getRepository(Doc);
  const doc = docs.create({
    id: uuidv7(),
    organisation_id,
    project_id,
    title,
    body,
    created_by: by.user_id,
    updated_by: by.user_id,
    archived_at: null,
    reviewed_revision: null,
  });
  await docs.insert(doc);
  return kept(tx, doc, by);
}

const CHANGE_DOC = `
  UPDATE docs SET title = $2, body = $3, revision = revision + 1, updated_by = $4, updated_at = clock_timestamp()
   WHERE id = $1 RETURNING *`;

/** Saving what is there already makes no revision, but looks for its links again: others may have come since. */
export async function changeDoc(
  tx: EntityManager,
  project: ProjectPlace,
  id: string,
  revision: number,
  change: { title?: string | undefined; body?: string | undefined },
  by: By,
): Promise<Doc> {
  const before = await lockDoc(tx, project, id);
  mustBeAt(before.revision, revision, 'revision');
  const { title = before.title, body = before.body } = change;
  if (title === before.title && body === before.body) {
    await saveLinks(tx, before, by);
    return before;
  }
  const [[doc]]: [Doc[], number] = await tx.query(CHANGE_DOC, [id, title, body, by.user_id]);
  return kept(tx, doc as Doc, by);
}

const SET_ARCHIVED = `
  UPDATE docs SET archived_at = CASE WHEN $2 THEN clock_timestamp() END WHERE id = $1 RETURNING *`;

/** A doc that already has this state stays as it is. */
export async function setDocArchived(
  tx: EntityManager,
  project: ProjectPlace,
  id: string,
  archived: boolean,
): Promise<{ doc: Doc; changed: boolean }> {
  const before = await lockDoc(tx, project, id);
  if ((before.archived_at !== null) === archived) return { doc: before, changed: false };
  const [[doc]]: [Doc[], number] = await tx.query(SET_ARCHIVED, [id, archived]);
  await findable(tx, doc as Doc);
  return { doc: doc as Doc, changed: true };
}

/** An archived doc is not found. */
function findable(tx: EntityManager, doc: Doc): Promise<void> {
  return keepFindable(
    tx,
    doc,
    { type: docSource.type, id: doc.id },
    doc.archived_at ? null : docSource.text(doc),
  );
}

async function lockDoc(
  tx: EntityManager,
  { organisation_id, project_id }: ProjectPlace,
  id: string,
): Promise<Doc> {
  const where = { id, organisation_id, project_id };
  const doc = await tx.getRepository(Doc).findOne({ where, lock: { mode: 'pessimistic_write' } });
  return doc ?? docMissing(id);
}

async function kept(tx: EntityManager, doc: Doc, by: By): Promise<Doc> {
  const { id: doc_id, revision, title, body } = doc;
  const changed = { changed_by: by.user_id, run_id: by.run_id ?? null };
  await tx.getRepository(DocRevision).insert({ doc_id, revision, title, body, ...changed });
  await saveLinks(tx, doc, by);
  await findable(tx, doc);
  return doc;
}

export function docMissing(id: string): never {
  throw new AppError('not_found', `There is no doc ${id}.`);
}
