import type { VersionStatus } from '../../../workflows/contract/version.js';
import type { Principal } from '../../platform/auth/principal.js';
import type { NamedBinding } from './binding.store.js';
import type { CatalogueAgent } from './catalogue.store.js';
import { decide, type Place, pathAmong } from './effective.js';
import { builtIn } from './from-code.js';

/** An agent as the catalogue shows it: what its published version says, and whether it may run for the caller. */
export function presentAgent(agent: CatalogueAgent, bindings: NamedBinding[], caller: Principal) {
  const { key, title, purpose, built_in, definition } = agent;
  const code = built_in ? builtIn(key) : undefined;
  const { organisation_id, user_id } = caller;
  const scope: Place = { organisation_id, project_id: null, user_id };
  const own = bindings.filter((binding) => binding.agent === key);
  return {
    key,
    title,
    purpose,
    built_in,
    available: !built_in || code !== undefined,
    needs_project: code?.needs_project ?? false,
    enabled: decide(pathAmong(own, scope)).enabled,
    published_version: agent.published_version,
    draft_versions: maySee(caller, agent, { status: 'draft' }) ? agent.draft_versions : [],
    model: definition?.model ?? null,
    schedule: definition?.schedule ?? null,
    audience: definition?.audience ?? null,
    target: definition?.target ?? null,
    overlap: definition?.overlap ?? null,
    timeout_seconds: definition?.timeout_seconds ?? null,
    priority: definition?.priority ?? null,
    max_attempts: definition?.retry.max_attempts ?? null,
    input_schema: definition?.input_schema ?? null,
    output_schema: definition?.output_schema ?? null,
    example: code?.example ?? null,
    created_at: agent.created_at,
  };
}

/** Drafts of a built-in agent are for those who may publish them. */
export function maySee(
  { server_admin }: Principal,
  { built_in }: Pick<CatalogueAgent, 'built_in'>,
  { status }: { status: VersionStatus },
): boolean {
  return !built_in || server_admin || status !== 'draft';
}

/** Tenants see that the server decided, not who did. */
export function shown(binding: NamedBinding, { server_admin }: Principal): NamedBinding {
  return binding.scope === 'server' && !server_admin
    ? { ...binding, changed_by: null, changed_by_email: null }
    : binding;
}
