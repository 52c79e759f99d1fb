import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { FollowUp, type FollowUpRequest } from '../../engine/runs/follow-up.js';
import { OrganisationService } from '../../platform/auth/organisation.service.js';
import type { Principal } from '../../platform/auth/principal.js';
import type { Doc } from '../../platform/db/entities/doc.entity.js';
import { AppError } from '../../platform/http/app-error.js';
import { nextIdOf, nextPage } from '../../platform/http/page.js';
import { RuntimeSettings } from '../../platform/settings/runtime-settings.js';
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
    private readonly followUp: FollowUp,
    private readonly settings: RuntimeSettings,
  ) {}

  async list(caller: Principal, project_id: string, query: DocsQuery) {
    await this.organisations.project(caller, project_id);
    const docs = await this.docs.list(caller, project_id, query);
    return { docs, next_before: nextIdOf(docs, query.limit) };
  }

  async create(caller: Principal, project_id: string, given: DocCreate) {
    const { organisation_id } = await this.organisations.project(caller, project_id);
    const project = { organisation_id, project_id };
    return this.saving(caller, async (tx) => ({
      doc: await createDoc(tx, project, given, { user_id: caller.user_id }),
      changed: true,
    }));
  }

  show(caller: Principal, id: string): Promise<Doc> {
    return this.docs.find(caller, id);
  }

  async change(caller: Principal, id: string, { revision, ...change }: DocChange) {
    const project = await this.docs.find(caller, id);
    return this.saving(caller, async (tx) => {
      const doc = await changeDoc(tx, project, id, revision, change, { user_id: caller.user_id });
      return { doc, changed: doc.revision !== revision };
    });
  }

  async setArchived(caller: Principal, id: string, archived: boolean) {
    const project = await this.docs.find(caller, id);
    return this.saving(caller, (tx) => setDocArchived(tx, project, id, archived));
  }

  /** Only requests a run of the agent, for the whole doc. */
  async extract(caller: Principal, id: string) {
    const doc = await this.docs.find(caller, id);
    if (doc.archived_at !== null) throw new AppError('doc_archived', 'Restore the doc first.');
    const request = { ...reviewOf(doc), input: { doc_id: id, extract: true } };
    const admitted = await this.followUp.need(this.db.manager, caller, request);
    const { agent_runs } = await this.followUp.started({ admitted: [admitted], skipped: [] });
    return { agent_runs };
  }

  async revisions(caller: Principal, id: string, query: RevisionsQuery) {
    const revisions = await this.docs.revisions(await this.docs.find(caller, id), query);
    return { revisions, next_before: nextPage(revisions, query.limit, ({ revision }) => revision) };
  }

  async revision(caller: Principal, id: string, number: number) {
    return this.docs.revision(await this.docs.find(caller, id), number);
  }

  async links(caller: Principal, id: string) {
    return linksOf(this.db, await this.docs.find(caller, id));
  }

  /** The doc is saved whether or not its agent may run; changes of a short while are reviewed together. */
  private async saving(
    caller: Principal,
    save: (tx: EntityManager) => Promise<{ doc: Doc; changed: boolean }>,
  ) {
    const gather_seconds = this.settings.current().DOC_REVIEW_DELAY_SECONDS;
    const { doc, requested } = await this.db.transaction(async (tx) => {
      const { doc, changed } = await save(tx);
      const reviews = changed ? [{ ...reviewOf(doc), gather_seconds }] : [];
      return { doc, requested: await this.followUp.ask(tx, caller, reviews) };
    });
    return { ...doc, ...(await this.followUp.started(requested)) };
  }
}

const reviewOf = ({ id, project_id }: Doc): FollowUpRequest => ({
  agent: 'docs_memory_reviewer',
  project_id,
  input: { doc_id: id },
  target: { type: 'doc', id },
});
