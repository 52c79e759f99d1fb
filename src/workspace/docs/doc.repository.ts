import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { Principal } from '../../platform/auth/principal.js';
import type { Doc, DocRevision } from '../../platform/db/entities/doc.entity.js';
import { AppError } from '../../platform/http/app-error.js';
import type { DocsQuery, RevisionsQuery } from './doc.dto.js';
import { docMissing } from './doc.store.js';

const LIST_DOCS = `
  SELECT id, organisation_id, project_id, title, revision, created_by, created_at, updated_by, updated_at, archived_at,
         reviewed_revision
    FROM docs
   WHERE organisation_id = $1 AND project_id = $2 AND (archived_at IS NOT NULL) = $3
     AND ($4::uuid IS NULL OR id < $4)
   ORDER BY id DESC LIMIT $5`;

const LIST_REVISIONS = `
  SELECT doc_id, revision, title, changed_by, run_id, at FROM doc_revisions
   WHERE doc_id = $1 AND ($2::int IS NULL OR revision < $2) ORDER BY revision DESC LIMIT $3`;

/** Docs as a caller may read them: always within the caller's organisation. Lists leave the bodies out. */
@Injectable()
export class DocRepository {
  constructor(@InjectDataSource() private readonly db: DataSource) {}

  list(
    { organisation_id }: Principal,
    project_id: string,
    { archived, before, limit }: DocsQuery,
  ): Promise<Omit<Doc, 'body'>[]> {
    return this.db.query(LIST_DOCS, [organisation_id, project_id, archived, before ?? null, limit]);
  }

  async find({ organisation_id }: Principal, id: string): Promise<Doc> {
    const [doc]: Doc[] = await this.db.query(`SELECT * FROM docs WHERE id = $1 AND organisation_id = $2`, [
      id,
      organisation_id,
    ]);
    return doc ?? docMissing(id);
  }

  revisions(doc: Doc, { before, limit }: RevisionsQuery): Promise<Omit<DocRevision, 'body'>[]> {
    return this.db.query(LIST_REVISIONS, [doc.id, before ?? null, limit]);
  }

  async revision(doc: Doc, number: number): Promise<DocRevision> {
    const [revision]: DocRevision[] = await this.db.query(
      `SELECT * FROM doc_revisions WHERE doc_id = $1 AND revision = $2`,
      [doc.id, number],
    );
    if (!revision) throw new AppError('not_found', `The doc has no revision ${number}.`);
    return revision;
  }
}
