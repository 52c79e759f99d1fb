import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, IsNull, LessThan, Not } from 'typeorm';
import type { Principal } from '../../platform/auth/principal.js';
import { Doc, DocRevision } from '../../platform/db/entities/doc.entity.js';
import { AppError } from '../../platform/http/app-error.js';
import type { DocsQuery, RevisionsQuery } from './doc.dto.js';
import { docMissing } from './doc.store.js';

const LISTED = {
  id: true,
  organisation_id: true,
  project_id: true,
  title: true,
  revision: true,
  created_by: true,
  created_at: true,
  updated_by: true,
  updated_at: true,
  archived_at: true,
  reviewed_revision: true,
} as const;
const LISTED_REVISION = {
  doc_id: true,
  revision: true,
  title: true,
  changed_by: true,
  run_id: true,
  at: true,
} as const;

/** Docs as a caller may read them: always within the caller's organisation. Lists leave the bodies out. */
@Injectable()
export class DocRepository {
  constructor(@InjectDataSource() private readonly db: DataSource) {}

  list(
    { organisation_id }: Principal,
    project_id: string,
    { archived, before, limit }: DocsQuery,
  ): Promise<Omit<Doc, 'body'>[]> {
    const archived_at = archived ? Not(IsNull()) : IsNull();
    const where = { organisation_id, project_id, archived_at, ...(before ? { id: LessThan(before) } : {}) };
    return this.db.getRepository(Doc).find({ select: LISTED, where, order: { id: 'DESC' }, take: limit });
  }

  async find({ organisation_id }: Principal, id: string): Promise<Doc> {
    return (await this.db.getRepository(Doc).findOneBy({ id, organisation_id })) ?? docMissing(id);
  }

  revisions(doc: Doc, { before, limit }: RevisionsQuery): Promise<Omit<DocRevision, 'body'>[]> {
    const where = { doc_id: doc.id, ...(before ? { revision: LessThan(before) } : {}) };
    const order = { revision: 'DESC' } as const;
    return this.db.getRepository(DocRevision).find({ select: LISTED_REVISION, where, order, take: limit });
  }

  async revision(doc: Doc, number: number): Promise<DocRevision> {
    const revision = await this.db.getRepository(DocRevision).findOneBy({ doc_id: doc.id, revision: number });
    if (!revision) throw new AppError('not_found', `The doc has no revision ${number}.`);
    return revision;
  }
}
