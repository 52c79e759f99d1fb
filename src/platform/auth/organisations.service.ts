import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { logChange } from '../audit-log/change-log.store.js';
import type { Organisation } from '../db/entities/tenancy.entity.js';
import { AppError } from '../http/app-error.js';
import { foundOrganisation } from './found-organisation.js';
import { invite } from './invite.js';
import { mayGrant } from './may-grant.js';
import { unlessTaken } from './organisation.service.js';
import { findOrganisation, listOrganisations } from './organisation.store.js';
import type { Principal } from './principal.js';
import { renameOrganisation } from './rename.js';
import type { OrganisationChange, OrganisationCreate } from './tenancy.dto.js';

/** All organisations of the server, for its administrators: their names, and none of their data. */
@Injectable()
export class OrganisationsService {
  constructor(@InjectDataSource() private readonly db: DataSource) {}

  async list(): Promise<{ organisations: Organisation[] }> {
    return { organisations: await listOrganisations(this.db) };
  }

  async create(by: Principal, { name, owner }: OrganisationCreate) {
    mayGrant(by, 'owner');
    const { organisation_id, user_id, invitation } = await unlessTaken(named(name), () =>
      this.db.transaction(async (tx) => {
        const founded = await foundOrganisation(tx, { name, owner });
        const { organisation_id } = founded;
        const change = {
          subject: 'organisation',
          subject_id: organisation_id,
          before: null,
          after: { name },
        } as const;
        await logChange(tx, { organisation_id, changed_by: by.user_id, ...change });
        return { ...founded, invitation: await invite(tx, { ...founded, by }) };
      }),
    );
    return {
      ...(await this.find(organisation_id)),
      owner: { user_id, ...owner, role: 'owner' as const },
      invitation,
    };
  }

  async change(
    { user_id: changed_by }: Principal,
    id: string,
    change: OrganisationChange,
  ): Promise<Organisation> {
    await unlessTaken(named(change.name), () =>
      this.db.transaction((tx) => renameOrganisation(tx, id, changed_by, change)),
    );
    return this.find(id);
  }

  private async find(id: string): Promise<Organisation> {
    const organisation = await findOrganisation(this.db, id);
    if (!organisation) throw new AppError('not_found', `There is no organisation ${id}.`);
    return organisation;
  }
}

const named = (name: string) => `an organisation named ${JSON.stringify(name)}`;
