/** True if the project of schedule `s` has members. */
export const HAS_MEMBERS = `EXISTS (SELECT FROM project_members m WHERE m.project_id = s.project_id)`;

/** The agent `a` of schedule `s`: a built-in one goes before an own one of the same key. */
export const AGENT_OF_SCHEDULE = `
  LEFT JOIN LATERAL (SELECT id, built_in FROM agents WHERE key = s.agent AND (built_in OR organisation_id = s.organisation_id)
                      ORDER BY built_in DESC LIMIT 1) a ON true`;
