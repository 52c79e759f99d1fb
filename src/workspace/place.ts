import type { DataSource, EntityManager } from 'typeorm';

export type Db = DataSource | EntityManager;

/** The organisation and project of a thing: every statement about the workspace names both. */
export interface ProjectPlace {
  organisation_id: string;
  project_id: string;
}

/** A run that leaves something, and the models that answered it: what it leaves names both. */
export interface WritingRun extends ProjectPlace {
  run_id: string;
  models: string[];
}

/** The writer: a person, or a run. */
export interface By {
  user_id: string | null;
  run_id?: string | null;
}
