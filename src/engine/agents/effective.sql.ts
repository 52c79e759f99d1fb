/**
 * The rules of `effective.ts` in SQL, so that one statement admits or begins a run. These are the columns of the place.
 */
interface PlaceColumns {
  agent: string;
  organisation_id: string;
  project_id: string;
  user_id: string;
}

/** Each arm is one look-up in the index `bindings_place`. */
const ON_PATH = ({ agent, organisation_id, project_id, user_id }: PlaceColumns) => `
  b.agent = ${agent} AND (b.scope = 'server'
    OR (b.scope = 'organisation' AND b.organisation_id = ${organisation_id})
    OR (b.scope = 'project' AND b.organisation_id = ${organisation_id} AND b.project_id = ${project_id})
    OR (b.scope = 'user' AND b.organisation_id = ${organisation_id} AND b.project_id IS NULL
        AND b.user_id = ${user_id}))`;

/** True if any binding on the path disables the agent. */
export const IS_DISABLED = (columns: PlaceColumns) => `
  EXISTS (SELECT FROM bindings b WHERE ${ON_PATH(columns)} AND b.enabled = false)`;

/** The overrides of the bindings, key by key; the narrowest wins, because it comes last. */
export const SETTINGS = (columns: PlaceColumns) => `
  coalesce((SELECT jsonb_object_agg(s.key, s.value
                     ORDER BY array_position('{server,organisation,project,user}'::text[], b.scope))
              FROM bindings b, jsonb_each(b.settings) s WHERE ${ON_PATH(columns)} AND b.settings <> '{}'), '{}')`;
