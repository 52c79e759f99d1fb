import { Controller, Get, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Caller, type Principal } from '../auth/principal.js';
import { Answers } from '../http/answers.js';
import { ValidBody } from '../http/validation.js';
import * as dto from './settings.dto.js';
import { SettingsService } from './settings.service.js';

@ApiTags('settings')
@Controller('api/settings')
export class SettingsController {
  constructor(private readonly settings: SettingsService) {}

  @Get()
  @Answers({
    needs: 'settings:read',
    summary: 'The operational settings, with the source of each',
    schema: dto.serverSettingsSchema,
  })
  listSettings() {
    return this.settings.list();
  }

  @Put()
  @Answers({
    needs: 'settings:write',
    summary: 'Override operational settings, or take overrides back: all of them or none',
    refuses: ['version_conflict'],
    schema: dto.serverSettingsSchema,
  })
  changeSettings(@Caller() caller: Principal, @ValidBody(dto.settingsChangeSchema) body: dto.SettingsChange) {
    return this.settings.change(caller, body);
  }
}
