import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { Payload } from '@temporalio/common';
import { DataSource } from 'typeorm';
import type { Principal } from '../auth/principal.js';
import { ENVIRONMENT } from '../config/config.module.js';
import type { Environment } from '../config/environment.js';
import { payloadCodec } from '../temporal/data-converter.js';
import { SealBroken, type SealingCodec, sealOf } from '../temporal/payload-codec.js';
import type { GivenPayload, Payloads } from './payload.dto.js';
import { readableRuns } from './payload.store.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Opens payloads for the Temporal Web UI and CLI. The seal names the workflow, which is the run, and cannot be forged:
 * so the run's own row decides who may read. A run of a person opens to that person alone, whatever the role of the
 * others; a run of nobody to the administrators of its organisation.
 */
@Injectable()
export class PayloadsService {
  private readonly codec: SealingCodec;

  constructor(
    @InjectDataSource() private readonly db: DataSource,
    @Inject(ENVIRONMENT) env: Environment,
  ) {
    this.codec = payloadCodec(env);
  }

  /** A payload that the caller may not read, or that no key opens, stays sealed. */
  async open(caller: Principal, { payloads }: Payloads): Promise<Payloads> {
    const sealed = payloads.map((payload) => sealOf(fromJson(payload))?.workflow_id ?? '');
    const readable = await this.readable(caller, [...new Set(sealed.filter((id) => UUID.test(id)))]);
    return {
      payloads: payloads.map((payload, index) =>
        readable.has(sealed[index] ?? '') ? this.opened(payload) : payload,
      ),
    };
  }

  private async readable(
    { organisation_id, user_id, role }: Principal,
    run_ids: string[],
  ): Promise<Set<string>> {
    if (run_ids.length === 0) return new Set();
    const administers = role === 'owner' || role === 'admin';
    const ids = await readableRuns(this.db, { organisation_id, user_id, administers }, run_ids);
    return new Set(ids);
  }

  private opened(payload: GivenPayload): GivenPayload {
    try {
      return toJson(this.codec.open(fromJson(payload)));
    } catch (error) {
      if (error instanceof SealBroken) return payload;
      throw error;
    }
  }
}

function fromJson({ metadata, data }: GivenPayload): Payload {
  const bytes = Object.entries(metadata).map(([name, value]) => [name, Buffer.from(value, 'base64')]);
  return { metadata: Object.fromEntries(bytes), data: Buffer.from(data ?? '', 'base64') };
}

function toJson({ metadata, data }: Payload): GivenPayload {
  const texts = Object.entries(metadata ?? {}).map(([name, value]) => [name, base64(value)]);
  return { metadata: Object.fromEntries(texts), data: base64(data ?? new Uint8Array()) };
}

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
