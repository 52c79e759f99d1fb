import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Caller, type Principal } from '../../platform/auth/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { IdParam } from '../../platform/http/validation.js';
import { auditSchema } from './audit.dto.js';
import { AuditService } from './audit.service.js';

@ApiTags('agent runs')
@Controller('api/agent-runs')
export class AuditController {
  constructor(private readonly audits: AuditService) {}

  @Get(':id/audit')
  @Answers({
    needs: 'runs:read',
    summary: "The proof of each event, from Temporal's history or the audit chain",
    schema: auditSchema,
  })
  auditRun(@Caller() caller: Principal, @IdParam() id: string) {
    return this.audits.audit(caller, id);
  }
}
