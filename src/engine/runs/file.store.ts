import type { DataSource, EntityManager } from 'typeorm';
import type { RunFile } from '../../../workflows/contract/run.js';
import { prepared } from '../../platform/db/prepared.js';

const WRITE_FILES = `
  INSERT INTO agent_run_files AS f (run_id, path, content, content_type)
  SELECT $1, path, convert_to(content, 'UTF8'), coalesce(content_type, 'text/markdown; charset=utf-8')
    FROM jsonb_to_recordset($2::jsonb) AS given(path text, content text, content_type text)
  ON CONFLICT (run_id, path) DO UPDATE
    SET content = excluded.content, content_type = excluded.content_type, updated_at = clock_timestamp()
  WHERE (f.content, f.content_type) IS DISTINCT FROM (excluded.content, excluded.content_type)`;

export class PostgresFileStore {
  constructor(private readonly db: DataSource | EntityManager) {}

  async write(run_id: string, files: RunFile[]): Promise<void> {
    await this.db.query(prepared(WRITE_FILES), [run_id, JSON.stringify(files)]);
  }
}
