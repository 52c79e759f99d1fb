import type { DataSource } from 'typeorm';
import type { Logger } from '../../platform/config/logger.js';
import { withoutLimits } from '../../platform/db/limits.js';

export const indexName = (space_id: number) => `chunk_vectors_near_${space_id}`;

/** Goes on until enough of the project are found, and never sorts the whole table instead. */
export const ANN_SETTINGS = `SELECT set_config('hnsw.iterative_scan', 'relaxed_order', true),
  set_config('hnsw.ef_search', '100', true), set_config('enable_sort', 'off', true)`;

/** pgvector indexes half-precision vectors only up to this many dimensions. */
const MOST_DIMENSIONS = 4000;

const INDEX_MEMORY = '256MB';

const MAKE_INDEX = (space_id: number, dimensions: number) => `
  CREATE INDEX CONCURRENTLY IF NOT EXISTS ${indexName(space_id)} ON chunk_vectors
   USING hnsw ((embedding::halfvec(${dimensions})) halfvec_ip_ops) WHERE space_id = ${space_id}`;

const INDEXED_SPACES = `
  SELECT s.id, s.dimensions, i.indisvalid AS valid FROM vector_spaces s
    LEFT JOIN pg_index i ON i.indexrelid = to_regclass('chunk_vectors_near_' || s.id)
   WHERE s.dimensions <= $1 AND i.indisvalid IS NOT TRUE`;

const EXTENSION = `
  SELECT installed_version IS NOT NULL AS installed FROM pg_available_extensions
   WHERE name = 'vector' AND string_to_array(coalesce(installed_version, default_version), '.')::int[] >= '{0,8}'`;

/**
 * If the server offers pgvector, each vector space gets an index over the existing column, and no table depends on it.
 * The index is built beside running writes, and an interrupted attempt is repeated from the start.
 */
export class VectorIndexes {
  private refused = false;

  constructor(
    private readonly db: DataSource,
    private readonly logger: Pick<Logger, 'info' | 'warn'>,
  ) {}

  /** Answers whether the server has pgvector, from 0.8 on. */
  async pass(): Promise<boolean> {
    if (!(await this.extension())) return false;
    const spaces: { id: number; dimensions: number; valid: boolean | null }[] = await this.db.query(
      INDEXED_SPACES,
      [MOST_DIMENSIONS],
    );
    for (const { id, dimensions, valid } of spaces) {
      if (valid === false) {
        await withoutLimits(this.db, (own) =>
          own.query(`DROP INDEX CONCURRENTLY IF EXISTS ${indexName(id)}`),
        );
      }
      await this.make(id, dimensions);
    }
    return true;
  }

  private async extension(): Promise<boolean> {
    const [offered]: { installed: boolean }[] = await this.db.query(EXTENSION);
    if (!offered || this.refused) return false;
    if (offered.installed) return true;
    try {
      await this.db.query('CREATE EXTENSION IF NOT EXISTS vector');
      return true;
    } catch (error) {
      this.refused = true;
      this.logger.warn(
        { err: error },
        'the server offers pgvector, but it cannot be created; search works without it',
      );
      return false;
    }
  }

  private async make(space_id: number, dimensions: number): Promise<void> {
    await withoutLimits(this.db, async (own) => {
      try {
        await own.query(`SET maintenance_work_mem = '${INDEX_MEMORY}'`);
        await own.query(MAKE_INDEX(space_id, dimensions));
        this.logger.info({ space_id, dimensions }, 'vectors of this space have an index');
      } finally {
        await own.query('RESET maintenance_work_mem');
      }
    });
  }
}
