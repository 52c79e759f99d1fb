import { Controller, HttpCode, HttpStatus, Post } from '@nestjs/common';
import { ApiExcludeEndpoint, ApiTags } from '@nestjs/swagger';
import { Caller, KeyInAddress, Needs, type Principal } from '../auth/principal.js';
import { Answers } from '../http/answers.js';
import { LargeBody } from '../http/large-body.js';
import { ValidBody } from '../http/validation.js';
import { openedSchema, type Payloads, payloadsSchema } from './payload.dto.js';
import { PayloadsService } from './payloads.service.js';

/** Temporal's remote codec protocol, for its Web UI and its CLI. */
@ApiTags('payloads')
@Controller('api/temporal/codec')
export class PayloadsController {
  constructor(private readonly service: PayloadsService) {}

  @Post('decode')
  @LargeBody()
  @HttpCode(HttpStatus.OK)
  @Answers({
    needs: 'payloads:read',
    summary: 'Open payloads that Temporal keeps; payloads that the caller may not read stay sealed',
    schema: openedSchema,
  })
  decodePayloads(@Caller() caller: Principal, @ValidBody(payloadsSchema) body: Payloads) {
    return this.service.open(caller, body);
  }

  /** Opens payloads for a Web UI that sends no header; docs/runbooks/payload-keys.md explains it. */
  @Post('keys/:key/decode')
  @KeyInAddress()
  @Needs('payloads:read')
  @ApiExcludeEndpoint()
  @LargeBody()
  @HttpCode(HttpStatus.OK)
  decodePayloadsByAddress(@Caller() caller: Principal, @ValidBody(payloadsSchema) body: Payloads) {
    return this.service.open(caller, body);
  }
}
