import { Controller, Get, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Caller, type Principal } from '../../platform/auth/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { RUN_REFUSALS } from '../../platform/http/declare-problems.js';
import { IdParam, ValidBody, ValidQuery } from '../../platform/http/validation.js';
import * as dto from './snapshot.dto.js';
import { SnapshotsService } from './snapshots.service.js';

@ApiTags('snapshots')
@Controller('api')
export class SnapshotsController {
  constructor(private readonly snapshots: SnapshotsService) {}

  @Get('projects/:id/snapshots')
  @Answers({
    needs: 'workspace:read',
    summary: 'Snapshots of a project, the latest first',
    schema: dto.snapshotsSchema,
  })
  listSnapshots(
    @Caller() caller: Principal,
    @IdParam() id: string,
    @ValidQuery(dto.snapshotsQuerySchema) query: dto.SnapshotsQuery,
  ) {
    return this.snapshots.list(caller, id, query);
  }

  @Post('projects/:id/snapshots')
  @Answers({
    needs: 'workspace:write',
    summary: 'Request a snapshot of a period',
    refuses: RUN_REFUSALS,
    status: 201,
    schema: dto.snapshotRequestedSchema,
  })
  requestSnapshot(
    @Caller() caller: Principal,
    @IdParam() id: string,
    @ValidBody(dto.snapshotCreateSchema) body: dto.SnapshotCreate,
  ) {
    return this.snapshots.request(caller, id, body);
  }

  @Get('snapshots/:id')
  @Answers({ needs: 'workspace:read', summary: 'One snapshot', schema: dto.snapshotSchema })
  getSnapshot(@Caller() caller: Principal, @IdParam() id: string) {
    return this.snapshots.show(caller, id);
  }
}
