import { Injectable, Logger } from '@nestjs/common';
import { vectorsOf } from '../../../activities/model/vectors.js';
import type { VectorSpace } from '../../../workflows/contract/retrieval.js';
import { currentProvider } from '../../platform/settings/provider.js';
import { RuntimeSettings } from '../../platform/settings/runtime-settings.js';
import type { CurrentSpace } from './space.store.js';
import { ofLengthOne } from './vector.store.js';

export type QueryVector = { space: VectorSpace; vector: number[] } | { space: CurrentSpace; vector: null };

/** A search must not wait long for the provider. */
const DEADLINE_MS = 5000;

/** The vector of what is searched for, or null where the provider does not give one in time. */
@Injectable()
export class QueryVectors {
  private readonly logger = new Logger('retrieval');
  private readonly provider: ReturnType<typeof currentProvider>;

  constructor(settings: RuntimeSettings) {
    this.provider = currentProvider(settings);
  }

  async of(text: string): Promise<QueryVector> {
    const provider = this.provider();
    const requested_model = provider.models.embedding;
    try {
      const { model, dimensions, vectors } = await vectorsOf(
        provider,
        [text],
        AbortSignal.timeout(DEADLINE_MS),
      );
      return { space: { requested_model, model, dimensions }, vector: ofLengthOne(vectors[0] ?? []) };
    } catch (error) {
      this.logger.warn({ err: error }, 'a search goes by its words only: the provider gave no vector');
      return { space: { requested_model }, vector: null };
    }
  }
}
