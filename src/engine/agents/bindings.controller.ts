import { Controller, Delete, Get, HttpCode, Param, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Caller, type Principal } from '../../platform/auth/principal.js';
import type { Scope } from '../../platform/db/entities/binding.entity.js';
import { Answers } from '../../platform/http/answers.js';
import { IdParam, ValidBody, ValidQuery } from '../../platform/http/validation.js';
import { KeyParam } from './agent.params.js';
import * as dto from './agents.dto.js';
import { BindingsService } from './bindings.service.js';

@ApiTags('agents')
@Controller('api/agents/:key/bindings')
export class BindingsController {
  constructor(private readonly bindings: BindingsService) {}

  @Get()
  @Answers({
    needs: 'agents:read',
    summary: 'Bindings of an agent',
    schema: dto.bindingsSchema,
  })
  listBindings(@Caller() caller: Principal, @KeyParam() key: string) {
    return this.bindings.list(caller, key);
  }

  @Put(':scope')
  @Answers({
    needs: 'agents:write',
    summary: 'Turn an agent on or off in a scope, or set its schedule and settings there',
    refuses: ['version_conflict'],
    schema: dto.bindingSchema,
  })
  setBinding(
    @Caller() caller: Principal,
    @KeyParam() key: string,
    @Param('scope', { schema: dto.scopeSchema }) scope: Scope,
    @ValidBody(dto.bindingChangeSchema) body: dto.BindingChange,
  ) {
    return this.bindings.bind(caller, key, scope, body);
  }

  @Delete(':id')
  @HttpCode(204)
  @Answers({
    needs: 'agents:write',
    summary: 'Delete a binding',
    refuses: ['version_conflict'],
    status: 204,
  })
  removeBinding(
    @Caller() caller: Principal,
    @KeyParam() key: string,
    @IdParam() id: string,
    @ValidQuery(dto.versionQuerySchema) { version }: dto.VersionQuery,
  ) {
    return this.bindings.unbind(caller, key, id, version);
  }
}
