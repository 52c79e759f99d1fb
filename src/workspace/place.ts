import type { DataSource, EntityManager } from 'typeorm';

export type Db = DataSource | EntityManager;

/** Where everything in the workspace is: what names a thing names its organisation and project, too. */
export interface ProjectPlace {
  organisation_id: string;
  project_id: string;
}

/** A run that leaves something, and the models that answered it: what it leaves names both. */
export interface WritingRun extends ProjectPlace {
  run_id: string;
  models: string[];
}

/** Who writes: a person, or a run. */
export interface By {
  user_id: string | null;
  run_id?: string | null;
}
