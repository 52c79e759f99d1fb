import { Controller, Delete, Get, HttpCode, Patch, Post, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Answers, AnswersAnybody } from '../http/answers.js';
import { ApiAddress } from '../http/api-address.js';
import { IdParam, ValidBody } from '../http/validation.js';
import { InvitationService } from './invitation.service.js';
import { KeyService } from './key.service.js';
import { MemberService } from './member.service.js';
import { OrganisationsService } from './organisations.service.js';
import { Caller, type Principal } from './principal.js';
import { sendOn, withCommand } from './send-on.js';
import * as dto from './tenancy.dto.js';

/** Access of people and programs: organisations, invitations, service keys, server administration. */
@ApiTags('tenancy')
@Controller('api')
export class OrganisationsController {
  constructor(
    private readonly organisations: OrganisationsService,
    private readonly invitations: InvitationService,
    private readonly keys: KeyService,
    private readonly members: MemberService,
  ) {}

  @Get('organisations')
  @Answers({
    needs: 'server:read',
    summary: 'All organisations of the server',
    schema: dto.organisationsSchema,
  })
  listOrganisations() {
    return this.organisations.list();
  }

  @Post('organisations')
  @Answers({
    needs: 'server:write',
    summary: 'Make an organisation, with an invitation for its owner',
    refuses: ['already_exists'],
    status: 201,
    schema: dto.newOrganisationSchema,
  })
  createOrganisation(
    @Caller() caller: Principal,
    @ValidBody(dto.organisationCreateSchema) body: dto.OrganisationCreate,
    @ApiAddress() address: string,
  ) {
    return withCommand(this.organisations.create(caller, body), address);
  }

  @Patch('organisations/:id')
  @Answers({
    needs: 'server:write',
    summary: 'Rename an organisation',
    refuses: ['already_exists'],
    schema: dto.organisationSchema,
  })
  renameOrganisation(
    @Caller() caller: Principal,
    @IdParam() id: string,
    @ValidBody(dto.organisationChangeSchema) body: dto.OrganisationChange,
  ) {
    return this.organisations.change(caller, id, body);
  }

  @Put('members/:id/server-administration')
  @HttpCode(204)
  @Answers({
    needs: 'server:write',
    summary: 'Make an owner of your organisation a server administrator, or end it',
    refuses: ['last_server_admin', 'not_claimed'],
    status: 204,
  })
  async setServerAdministration(
    @Caller() caller: Principal,
    @IdParam() id: string,
    @ValidBody(dto.serverAdminSchema) body: dto.ServerAdmin,
  ): Promise<void> {
    await this.members.setServerAdmin(caller, id, body.server_admin);
  }

  @Get('invitations')
  @Answers({
    needs: 'members:read',
    summary: 'Invitations, the newest first',
    schema: dto.invitationsSchema,
  })
  listInvitations(@Caller() caller: Principal) {
    return this.invitations.list(caller);
  }

  @Post('members/:id/invitations')
  @Answers({
    needs: 'members:write',
    summary: 'Invite a member who has never held a key again',
    refuses: ['already_claimed'],
    status: 201,
    schema: dto.newInvitationSchema,
  })
  async inviteMember(@Caller() caller: Principal, @IdParam() id: string, @ApiAddress() address: string) {
    return sendOn(await this.invitations.again(caller, id), address);
  }

  @Delete('invitations/:id')
  @Answers({ needs: 'members:write', summary: 'Revoke an invitation', schema: dto.invitationSchema })
  revokeInvitation(@Caller() caller: Principal, @IdParam() id: string) {
    return this.invitations.revoke(caller, id);
  }

  @Post('claims')
  @AnswersAnybody({
    summary: 'Turn an invitation into your first key',
    status: 201,
    schema: dto.claimedSchema,
    refuses: ['claim_invalid'],
  })
  claimInvitation(@ValidBody(dto.claimSchema) body: dto.Claim) {
    return this.invitations.claim(body);
  }

  @Post('service-keys')
  @Answers({
    needs: 'members:write',
    summary: 'Make a service key for a program; it belongs to no person and owns nothing private',
    status: 201,
    schema: dto.newKeySchema,
  })
  createServiceKey(
    @Caller() caller: Principal,
    @ValidBody(dto.serviceKeyCreateSchema) body: dto.ServiceKeyCreate,
  ) {
    return this.keys.createService(caller, body);
  }
}
