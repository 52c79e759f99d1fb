// Made by `npm run gen` from the files in this folder.
import type { Type } from '@nestjs/common';
import ticketConflictScanner from './ticket-conflict-scanner/api.module.js';

export const agentModules: readonly Type[] = [ticketConflictScanner];
