import type { DataSource } from 'typeorm';
import { AgentRunFile } from '../../platform/db/entities/run.entity.js';

export interface ListedFile {
  path: string;
  size: number;
  content_type: string;
  updated_at: Date;
}

const LIST_FILES = `
  SELECT path, octet_length(content) AS size, content_type, updated_at FROM agent_run_files
   WHERE run_id = $1 ORDER BY path`;

/** Returns the files that a run has written, without their contents. */
export function listFiles(db: DataSource, run_id: string): Promise<ListedFile[]> {
  return db.query(LIST_FILES, [run_id]);
}

export function findFile(db: DataSource, run_id: string, path: string): Promise<AgentRunFile | null> {
  return db.getRepository(AgentRunFile).findOneBy({ run_id, path });
}
