import { Controller, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Caller, type Principal } from '../../src/platform/auth/principal.js';
import { Answers } from '../../src/platform/http/answers.js';
import { RUN_REFUSALS } from '../../src/platform/http/declare-problems.js';
import { IdParam, ValidBody } from '../../src/platform/http/validation.js';
import * as dto from './scan.dto.js';
import { ScanService } from './scan.service.js';

@ApiTags('tickets')
@Controller('api/projects/:id/ticket-conflicts')
export class ScanController {
  constructor(private readonly conflicts: ScanService) {}

  @Post('scan')
  @Answers({
    needs: 'workspace:write',
    summary:
      'Scan the tickets for duplicates and conflicts; answers with the scan under way, if there is one',
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
