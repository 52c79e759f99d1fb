import { Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Caller, type Principal } from '../../platform/auth/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { IdParam, ValidBody, ValidQuery } from '../../platform/http/validation.js';
import * as dto from './proposal.dto.js';
import { ProposalsService } from './proposals.service.js';

@ApiTags('inbox')
@Controller('api')
export class ProposalsController {
  constructor(private readonly proposals: ProposalsService) {}

  @Get('projects/:id/inbox')
  @Answers({
    needs: 'workspace:read',
    summary: 'Proposals of agents, the latest first; without a filter, the pending ones',
    schema: dto.proposalsSchema,
  })
  listInbox(
    @Caller() caller: Principal,
    @IdParam() id: string,
    @ValidQuery(dto.inboxQuerySchema) query: dto.InboxQuery,
  ) {
    return this.proposals.inbox(caller, id, query);
  }

  @Post('projects/:id/inbox/accept')
  @HttpCode(200)
  @Answers({
    needs: 'workspace:write',
    summary: 'Accept many proposals; a refused one does not undo the others',
    schema: dto.acceptedAllSchema,
  })
  acceptProposals(
    @Caller() caller: Principal,
    @IdParam() id: string,
    @ValidBody(dto.acceptAllSchema) { ids }: dto.AcceptAll,
  ) {
    return this.proposals.acceptAll(caller, id, ids);
  }

  @Get('projects/:id/memory-diffs')
  @Answers({
    needs: 'workspace:read',
    summary: 'Proposals that add, change or remove memories',
    schema: dto.proposalsSchema,
  })
  listMemoryDiffs(
    @Caller() caller: Principal,
    @IdParam() id: string,
    @ValidQuery(dto.inboxQuerySchema) query: dto.InboxQuery,
  ) {
    return this.proposals.memoryDiffs(caller, id, query);
  }

  @Get('proposals/:id')
  @Answers({ needs: 'workspace:read', summary: 'One proposal', schema: dto.proposalShownSchema })
  getProposal(@Caller() caller: Principal, @IdParam() id: string) {
    return this.proposals.show(caller, id);
  }

  @Post('proposals/:id/accept')
  @HttpCode(200)
  @Answers({
    needs: 'workspace:write',
    summary: 'Accept a proposal and make its change; accepting it again changes nothing',
    refuses: ['already_decided', 'not_acceptable', 'target_changed'],
    schema: dto.proposalSchema,
  })
  acceptProposal(@Caller() caller: Principal, @IdParam() id: string) {
    return this.proposals.accept(caller, id);
  }

  @Post('proposals/:id/reject')
  @HttpCode(200)
  @Answers({
    needs: 'workspace:write',
    summary: 'Reject a proposal; the same suggestion is never made again',
    refuses: ['already_decided'],
    schema: dto.proposalSchema,
  })
  rejectProposal(
    @Caller() caller: Principal,
    @IdParam() id: string,
    @ValidBody(dto.rejectSchema) { reason }: dto.Reject,
  ) {
    return this.proposals.reject(caller, id, reason);
  }
}
