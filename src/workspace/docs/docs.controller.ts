import { Controller, Get, HttpCode, Patch, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { NumberParam } from '../../engine/agents/agent.params.js';
import { startedSchema } from '../../engine/runs/run.dto.js';
import { Caller, type Principal } from '../../platform/auth/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { RUN_REFUSALS } from '../../platform/http/declare-problems.js';
import { LargeBody } from '../../platform/http/large-body.js';
import { IdParam, ValidBody, ValidQuery } from '../../platform/http/validation.js';
import * as dto from './doc.dto.js';
import { DocsService } from './docs.service.js';

@ApiTags('docs')
@Controller('api')
export class DocsController {
  constructor(private readonly docs: DocsService) {}

  @Get('projects/:id/docs')
  @Answers({
    needs: 'workspace:read',
    summary: 'Docs of a project, the newest first',
    schema: dto.docsSchema,
  })
  listDocs(
    @Caller() caller: Principal,
    @IdParam() id: string,
    @ValidQuery(dto.docsQuerySchema) query: dto.DocsQuery,
  ) {
    return this.docs.list(caller, id, query);
  }

  @Post('projects/:id/docs')
  @LargeBody()
  @Answers({ needs: 'workspace:write', summary: 'Write a doc', status: 201, schema: dto.docSavedSchema })
  createDoc(
    @Caller() caller: Principal,
    @IdParam() id: string,
    @ValidBody(dto.docCreateSchema) body: dto.DocCreate,
  ) {
    return this.docs.create(caller, id, body);
  }

  @Get('docs/:id')
  @Answers({ needs: 'workspace:read', summary: 'One doc', schema: dto.docSchema })
  getDoc(@Caller() caller: Principal, @IdParam() id: string) {
    return this.docs.show(caller, id);
  }

  @Patch('docs/:id')
  @LargeBody()
  @Answers({
    needs: 'workspace:write',
    summary: 'Change a doc; the earlier text stays as a revision',
    refuses: ['version_conflict'],
    schema: dto.docSavedSchema,
  })
  changeDoc(
    @Caller() caller: Principal,
    @IdParam() id: string,
    @ValidBody(dto.docChangeSchema) body: dto.DocChange,
  ) {
    return this.docs.change(caller, id, body);
  }

  @Post('docs/:id/archive')
  @HttpCode(200)
  @Answers({ needs: 'workspace:write', summary: 'Archive a doc', schema: dto.docSavedSchema })
  archiveDoc(@Caller() caller: Principal, @IdParam() id: string) {
    return this.docs.setArchived(caller, id, true);
  }

  @Post('docs/:id/restore')
  @HttpCode(200)
  @Answers({ needs: 'workspace:write', summary: 'Restore an archived doc', schema: dto.docSavedSchema })
  restoreDoc(@Caller() caller: Principal, @IdParam() id: string) {
    return this.docs.setArchived(caller, id, false);
  }

  @Post('docs/:id/extract')
  @Answers({
    needs: 'workspace:write',
    summary: 'Review a whole doc for memories, also the parts that were reviewed before',
    refuses: [...RUN_REFUSALS, 'doc_archived'],
    status: 201,
    schema: startedSchema,
  })
  reviewDoc(@Caller() caller: Principal, @IdParam() id: string) {
    return this.docs.extract(caller, id);
  }

  @Get('docs/:id/revisions')
  @Answers({
    needs: 'workspace:read',
    summary: 'Revisions of a doc, the latest first',
    schema: dto.revisionsSchema,
  })
  listDocRevisions(
    @Caller() caller: Principal,
    @IdParam() id: string,
    @ValidQuery(dto.revisionsQuerySchema) query: dto.RevisionsQuery,
  ) {
    return this.docs.revisions(caller, id, query);
  }

  @Get('docs/:id/revisions/:number')
  @Answers({ needs: 'workspace:read', summary: 'One revision, with its text', schema: dto.docRevisionSchema })
  getDocRevision(@Caller() caller: Principal, @IdParam() id: string, @NumberParam() number: number) {
    return this.docs.revision(caller, id, number);
  }

  @Get('docs/:id/links')
  @Answers({
    needs: 'workspace:read',
    summary: 'The docs, tickets and people that a doc names, and the docs that name it',
    schema: dto.linksSchema,
  })
  listDocLinks(@Caller() caller: Principal, @IdParam() id: string) {
    return this.docs.links(caller, id);
  }
}
