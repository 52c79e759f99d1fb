import { z } from 'zod';
import { agents } from '../../../agents/index.js';
import { tools } from '../../../tools/index.js';
import type { AgentTrigger } from '../../../workflows/contract/agent.js';
import { ERROR_TABLE } from '../../../workflows/contract/errors.js';
import {
  nextStatus,
  RESERVED_EVENTS,
  RESERVED_STATUSES,
  RUN_EVENTS,
  RUN_STATUSES,
} from '../../../workflows/contract/run-state.js';
import type { ToolEffect } from '../../../workflows/contract/tool.js';
import { WAIT_REASON_TABLE } from '../../../workflows/contract/wait-reasons.js';
import { versionFromCode } from '../../engine/agents/from-code.js';
import { PERMISSIONS, ROLE_PERMISSIONS, ROLES, SERVER_PERMISSIONS } from '../../platform/auth/roles.js';
import { environmentSchema } from '../../platform/config/environment.js';
import { OVERRIDABLE } from '../../platform/settings/operational.js';

/** Pages of docs/reference that are made from the code they describe. */

const HEAD = '<!-- Made by `npm run gen`. Do not edit. -->\n\n';

export function errorsPage(): string {
  const rows = Object.entries(ERROR_TABLE).map(
    ([code, { status, retryable, title }]) =>
      `| <a id="${code}"></a>\`${code}\` | ${status} | ${retryable ? 'yes' : 'no'} | ${title} |`,
  );
  return `${HEAD}# Errors\n\nEvery HTTP error is a problem document (RFC 9457) with one of these codes. A run's \`error.code\` is one of them, too; \`retryable\` says whether a run tries again.\n\n| code | HTTP status | retryable | means |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n`;
}

export function settingsPage(): string {
  const rows = Object.entries(environmentSchema.shape).map(([name, schema]) => {
    const { description } = schema as z.ZodType;
    const overridable = (OVERRIDABLE as readonly string[]).includes(name) ? 'yes' : '·';
    return `| \`${name}\` | ${defaultOf(schema as z.ZodType)} | ${overridable} | ${description ?? ''} |`;
  });
  return `${HEAD}# Settings\n\nEach process reads its environment once, when it starts. An invalid value stops the start and names the setting. A server administrator overrides the settings marked yes with \`PUT /api/settings\`, at once for every process, and removes an override the same way.\n\n| setting | default | override | purpose |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n`;
}

function defaultOf(schema: z.ZodType): string {
  const result = schema.safeParse(undefined);
  return result.success && result.data !== undefined ? `\`${String(result.data)}\`` : '—';
}

export function agentsPage(): string {
  const parts = agents.map((agent) => {
    const { key, title, purpose, trigger, input, example } = agent;
    const { model, timeout_seconds, priority, retry, overlap } = versionFromCode(agent);
    const schema = JSON.stringify(z.toJSONSchema(input, { io: 'input' }), null, 2);
    return [
      `## \`${key}\` ${title}`,
      purpose,
      `Model ${model}, timeout ${timeout_seconds} s, priority ${priority}, up to ${retry.max_attempts} attempts; a tick while it runs: \`${overlap}\`.`,
      whenOf(trigger),
      `Example input: \`${JSON.stringify(example)}\``,
      `<details><summary>Input</summary>\n\n\`\`\`json\n${schema}\n\`\`\`\n\n</details>`,
    ].join('\n\n');
  });
  return `${HEAD}# Agents\n\nThe built-in ones, with what their first versions say; an administrator may publish others.\n\n${parts.join('\n\n')}\n`;
}

function whenOf(trigger: AgentTrigger | undefined): string {
  if (!trigger || trigger.schedule.kind === 'manual') return 'Runs when it is asked to.';
  const { schedule, audience } = trigger;
  const whom = audience === 'project' ? 'for each project' : 'for each member of each project';
  switch (schedule.kind) {
    case 'interval':
      return `Runs every ${schedule.every_seconds ?? '`OPERATING_BACKGROUND_INTERVAL_SECONDS`'} seconds, ${whom}.`;
    case 'cron':
      return `Runs at \`${schedule.cron}\` (${schedule.time_zone ?? "the project's time zone"}), ${whom}.`;
    case 'nightly':
      return `Runs every day at the hour of \`TICKET_CONFLICT_SCAN_HOUR_UTC\`, in UTC, ${whom}.`;
    case 'once':
      return `Runs once, at ${schedule.at}, ${whom}.`;
  }
}

const EFFECTS: Record<ToolEffect, string> = {
  read: 'reads, inside the workflow task',
  write: 'writes once, inside the workflow task',
  try: 'writes once, inside the workflow task, and a cancelled run gives it up between two tries',
  scan: 'reads much, as an activity of its own',
  model: 'asks a model provider, as an activity of its own',
};

export function toolsPage(): string {
  const parts = tools.map(({ name, purpose, effect, input, output }) => {
    const schemas = (
      [
        ['input', input],
        ['output', output],
      ] as const
    ).map(([title, schema]) => {
      const json = JSON.stringify(z.toJSONSchema(schema, { io: title }), null, 2);
      return `<details><summary>${title}</summary>\n\n\`\`\`json\n${json}\n\`\`\`\n\n</details>`;
    });
    return [`## \`${name}\``, purpose, `Effect \`${effect}\`: it ${EFFECTS[effect]}.`, ...schemas].join(
      '\n\n',
    );
  });
  return `${HEAD}# Tools\n\nA flow calls these as \`tools.<name>(input)\`. Each checks its input and its output, and reaches what belongs to the run's own organisation and project.\n\n${parts.join('\n\n')}\n`;
}

export function statesPage(): string {
  const head = RUN_STATUSES.map((status) => `${status}${isReserved(status) ? ' (reserved)' : ''}`);
  const rows = RUN_EVENTS.map((event) => {
    const cells = RUN_STATUSES.map((status) => nextStatus(status, event) ?? '·');
    return `| \`${event}\`${isReserved(event) ? ' (reserved)' : ''} | ${cells.join(' | ')} |`;
  });
  return `${HEAD}# States\n\nThe status of a run after an event, by the status before it; \`·\` where the event cannot happen. A reserved status or event has its name and its place in this table, and no code writes it yet.\n\n| event | ${head.join(' | ')} |\n| --- |${' --- |'.repeat(RUN_STATUSES.length)}\n${rows.join('\n')}\n`;
}

function isReserved(name: string): boolean {
  return [...RESERVED_STATUSES, ...RESERVED_EVENTS].some((reserved) => reserved === name);
}

export function rolesPage(): string {
  const rows = PERMISSIONS.map((permission) => {
    const grants = ROLES.map((role) => (ROLE_PERMISSIONS[role].includes(permission) ? 'yes' : '·'));
    const server = SERVER_PERMISSIONS.has(permission) ? 'yes' : '·';
    return `| \`${permission}\` | ${grants.join(' | ')} | ${server} |`;
  });
  return `${HEAD}# Roles\n\nWhat each role grants. An API key grants its scopes, and never more than its user's role. What concerns all organisations is for server administrators only.\n\n| permission | ${ROLES.join(' | ')} | server administrators only |\n| --- |${' --- |'.repeat(ROLES.length + 1)}\n${rows.join('\n')}\n`;
}

export function waitReasonsPage(): string {
  const rows = Object.entries(WAIT_REASON_TABLE).map(
    ([code, { means, action, kept }]) =>
      `| <a id="${code}"></a>\`${code}\` | ${means} | ${action} | ${kept === 'stored' ? 'yes' : 'no'} |`,
  );
  return `${HEAD}# Wait reasons\n\nA run that does not execute names the cause: \`wait_reason.code\` is one of these codes, \`wait_reason.message\` says more, and \`wait_reason.until\` is the moment it ends, where that is known. A stored reason is a fact of the run and stays until the run goes on; any other is worked out each time the run is read.\n\n| code | means | do | stored |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n`;
}
