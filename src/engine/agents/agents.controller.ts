import { Controller, Delete, Get, HttpCode, Patch, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Caller, type Principal } from '../../platform/auth/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { ValidBody, ValidQuery } from '../../platform/http/validation.js';
import { KeyParam } from './agent.params.js';
import * as dto from './agents.dto.js';
import { AgentsService } from './agents.service.js';
import { CustomAgentsService } from './custom-agents.service.js';

@ApiTags('agents')
@Controller('api')
export class AgentsController {
  constructor(
    private readonly agents: AgentsService,
    private readonly custom: CustomAgentsService,
  ) {}

  @Get('agents')
  @Answers({
    needs: 'agents:read',
    summary: 'Agents',
    schema: dto.agentsSchema,
  })
  listAgents(@Caller() caller: Principal) {
    return this.agents.list(caller);
  }

  @Post('agents')
  @Answers({
    needs: 'agents:write',
    summary: 'Make an agent of your own, with its first draft',
    refuses: ['already_exists'],
    status: 201,
    schema: dto.agentSchema,
  })
  createAgent(@Caller() caller: Principal, @ValidBody(dto.agentCreateSchema) body: dto.AgentCreate) {
    return this.custom.create(caller, body);
  }

  @Get('agents/:key')
  @Answers({ needs: 'agents:read', summary: 'One agent', schema: dto.agentSchema })
  getAgent(@Caller() caller: Principal, @KeyParam() key: string) {
    return this.agents.show(caller, key);
  }

  @Patch('agents/:key')
  @Answers({
    needs: 'agents:write',
    summary: 'Change the title and purpose of an agent of your own',
    schema: dto.agentSchema,
  })
  changeAgent(
    @Caller() caller: Principal,
    @KeyParam() key: string,
    @ValidBody(dto.agentChangeSchema) body: dto.AgentChange,
  ) {
    return this.custom.change(caller, key, body);
  }

  @Delete('agents/:key')
  @HttpCode(204)
  @Answers({ needs: 'agents:write', summary: 'Delete an agent of your own; its runs stay', status: 204 })
  removeAgent(@Caller() caller: Principal, @KeyParam() key: string) {
    return this.custom.remove(caller, key);
  }

  @Get('agents/:key/effective')
  @Answers({
    needs: 'agents:read',
    summary:
      'The effective agent for a project and person: on or off, schedule and settings, with the binding behind each',
    schema: dto.effectiveSchema,
  })
  getEffectiveAgent(
    @Caller() caller: Principal,
    @KeyParam() key: string,
    @ValidQuery(dto.effectiveQuerySchema) query: dto.EffectiveQuery,
  ) {
    return this.agents.effective(caller, key, query);
  }

  @Get('audit-log')
  @Answers({
    needs: 'audit_log:read',
    summary: 'Who changed what, newest first',
    schema: dto.changesSchema,
  })
  listChanges(@Caller() caller: Principal, @ValidQuery(dto.changesQuerySchema) query: dto.ChangesQuery) {
    return this.agents.changes(caller, query);
  }
}
