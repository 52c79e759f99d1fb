import type { DataSource, EntityManager } from 'typeorm';

export type Db = DataSource | EntityManager;

/** Where something is kept: a write touches nothing outside of it. */
export interface Place {
  organisation_id: string;
  project_id: string;
}

/** Who writes: a person, or a run. */
export interface By {
  user_id: string | null;
  run_id?: string | null;
}
