import { Global, Module } from '@nestjs/common';
import { ENVIRONMENT } from '../../platform/config/config.module.js';
import { createSigner, Signer } from './signer.js';

/** Whoever writes events signs them. */
@Global()
@Module({
  providers: [{ provide: Signer, inject: [ENVIRONMENT], useFactory: createSigner }],
  exports: [Signer],
})
export class AttestationModule {}
