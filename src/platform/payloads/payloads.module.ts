import { Module } from '@nestjs/common';
import { PayloadsController } from './payloads.controller.js';
import { PayloadsService } from './payloads.service.js';

@Module({ controllers: [PayloadsController], providers: [PayloadsService] })
export class PayloadsModule {}
