import type { DataSource } from 'typeorm';
import type { CallVersion, VersionReader } from '../../../activities/model/version.js';
import type { SettingsOverride, VersionDefinition } from '../../../workflows/contract/version.js';
import { prepared } from '../../platform/db/prepared.js';
import { builtIn, versionFromCode } from '../agents/from-code.js';

interface Row {
  organisation_id: string;
  agent: string;
  settings: SettingsOverride;
  agent_version_id: string | null;
  definition: VersionDefinition | null;
}

const VERSION_OF_RUN = `
  SELECT r.organisation_id, r.agent, r.settings, r.agent_version_id, v.definition
  FROM agent_runs r LEFT JOIN agent_versions v ON v.id = r.agent_version_id WHERE r.id = $1`;

/** The version that a run keeps to; a run from before versions keeps to what this build says. */
export class PostgresVersionReader implements VersionReader {
  constructor(private readonly db: DataSource) {}

  async ofRun(run_id: string): Promise<CallVersion | null> {
    const [row]: Row[] = await this.db.query(prepared(VERSION_OF_RUN), [run_id]);
    const definition = row?.definition ?? (row && fromBefore(row));
    if (!row || !definition) return null;
    const { instructions, model, output_schema } = definition;
    const id = row.agent_version_id ?? row.agent;
    const { organisation_id, agent, settings } = row;
    return { id, organisation_id, agent, instructions, model: settings.model ?? model, output_schema };
  }
}

function fromBefore({ agent, agent_version_id }: Row): VersionDefinition | null {
  const code = agent_version_id === null ? builtIn(agent) : undefined;
  return code ? versionFromCode(code) : null;
}
