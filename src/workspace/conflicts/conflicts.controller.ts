import { Controller, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Caller, type Principal } from '../../platform/auth/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { RUN_REFUSALS } from '../../platform/http/declare-problems.js';
import { IdParam, ValidBody } from '../../platform/http/validation.js';
import * as dto from './conflicts.dto.js';
import { ConflictsService } from './conflicts.service.js';

@ApiTags('tickets')
@Controller('api/projects/:id/ticket-conflicts')
export class ConflictsController {
  constructor(private readonly conflicts: ConflictsService) {}

  @Post('scan')
  @Answers({
    needs: 'workspace:write',
    summary:
      'Have duplicate and conflicting tickets looked for; answers with the scan under way, if there is one',
    status: 201,
    schema: dto.scanningSchema,
    refuses: RUN_REFUSALS,
  })
  scanTicketConflicts(
    @Caller() caller: Principal,
    @IdParam() id: string,
    @ValidBody(dto.scanSchema) { all }: dto.Scan,
  ) {
    return this.conflicts.scan(caller, id, all);
  }
}
