import { Global, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { ThrottlerModule } from '@nestjs/throttler';
import { ENVIRONMENT } from '../config/config.module.js';
import type { Environment } from '../config/environment.js';
import { AccessGuard } from './access.guard.js';
import { InvitationService } from './invitation.service.js';
import { KeyRepository } from './key.repository.js';
import { KeyService } from './key.service.js';
import { MemberService } from './member.service.js';
import { OrganisationService } from './organisation.service.js';
import { OrganisationsController } from './organisations.controller.js';
import { OrganisationsService } from './organisations.service.js';
import { ProjectMemberService } from './project-member.service.js';
import { ProjectMembersController } from './project-members.controller.js';
import { RateGuard } from './rate.guard.js';
import { TenancyController } from './tenancy.controller.js';

/** Authentication, permissions and rates. The guards run in this order, before every route. */
@Global()
@Module({
  imports: [
    ThrottlerModule.forRootAsync({
      inject: [ENVIRONMENT],
      useFactory: (env: Environment) => [{ ttl: 60_000, limit: env.API_RATE_LIMIT_PER_MINUTE }],
    }),
  ],
  controllers: [TenancyController, OrganisationsController, ProjectMembersController],
  providers: [
    KeyRepository,
    KeyService,
    MemberService,
    InvitationService,
    OrganisationService,
    OrganisationsService,
    ProjectMemberService,
    { provide: APP_GUARD, useClass: AccessGuard },
    { provide: APP_GUARD, useClass: RateGuard },
  ],
  exports: [KeyRepository, OrganisationService],
})
export class AuthModule {}
