import { Global, Module } from '@nestjs/common';
import { ENVIRONMENT } from '../../platform/config/config.module.js';
import { createSigner, Signer } from './signer.js';

/** Provides the signer to all modules that write events. */
@Global()
@Module({
  providers: [{ provide: Signer, inject: [ENVIRONMENT], useFactory: createSigner }],
  exports: [Signer],
})
export class AttestationModule {}
