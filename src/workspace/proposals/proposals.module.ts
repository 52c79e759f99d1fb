import { Module } from '@nestjs/common';
import { ProposalRepository } from './proposal.repository.js';
import { ProposalsController } from './proposals.controller.js';
import { ProposalsService } from './proposals.service.js';

@Module({ controllers: [ProposalsController], providers: [ProposalRepository, ProposalsService] })
export class ProposalsModule {}
