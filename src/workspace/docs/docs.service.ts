import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { OrganisationService } from '../../auth/organisation.service.js';
import type { Principal } from '../../auth/principal.js';
import type { Doc } from '../../db/entities/doc.entity.js';
import { lastOf } from '../page.js';
import type { DocChange, DocCreate, DocsQuery, RevisionsQuery } from './doc.dto.js';
import { DocRepository } from './doc.repository.js';
import { changeDoc, createDoc, setDocArchived } from './doc.store.js';
import { linksOf } from './link.store.js';

/** Markdown that a team keeps in a project, with everything it once said. */
@Injectable()
export class DocsService {
  constructor(
    @InjectDataSource() private readonly db: DataSource,
    private readonly organisations: OrganisationService,
    private readonly docs: DocRepository,
  ) {}

  async list(caller: Principal, project_id: string, query: DocsQuery) {
    await this.organisations.project(caller, project_id);
    const docs = await this.docs.list(caller, project_id, query);
    return { docs, next_before: lastOf(docs, query.limit) };
  }

  async create(caller: Principal, project_id: string, given: DocCreate): Promise<Doc> {
    const { organisation_id } = await this.organisations.project(caller, project_id);
    const place = { organisation_id, project_id };
    return this.db.transaction((tx) => createDoc(tx, place, given, { user_id: caller.user_id }));
  }

  show(caller: Principal, id: string): Promise<Doc> {
    return this.docs.find(caller, id);
  }

  async change(caller: Principal, id: string, { revision, ...change }: DocChange): Promise<Doc> {
    const place = await this.docs.find(caller, id);
    const by = { user_id: caller.user_id };
    return this.db.transaction((tx) => changeDoc(tx, place, id, revision, change, by));
  }

  archive(caller: Principal, id: string): Promise<Doc> {
    return this.setArchived(caller, id, true);
  }

  restore(caller: Principal, id: string): Promise<Doc> {
    return this.setArchived(caller, id, false);
  }

  async revisions(caller: Principal, id: string, query: RevisionsQuery) {
    const revisions = await this.docs.revisions(await this.docs.find(caller, id), query);
    const last = revisions.length === query.limit ? revisions.at(-1) : undefined;
    return { revisions, next_before: last?.revision ?? null };
  }

  async revision(caller: Principal, id: string, number: number) {
    return this.docs.revision(await this.docs.find(caller, id), number);
  }

  async links(caller: Principal, id: string) {
    return linksOf(this.db, await this.docs.find(caller, id));
  }

  private async setArchived(caller: Principal, id: string, archived: boolean): Promise<Doc> {
    const place = await this.docs.find(caller, id);
    return this.db.transaction((tx) => setDocArchived(tx, place, id, archived));
  }
}
