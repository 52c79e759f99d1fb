import { readFile } from 'node:fs/promises';
import type { Ticket } from '../../platform/db/entities/ticket.entity.js';
import type { ApiClient } from '../console/api-client.js';
import { Report } from './report.js';
import { type TicketRow, ticketsOfCsv, ticketsOfJson } from './ticket-rows.js';

/** A file of tickets: each row is one request, so that none is half-written. What is there already stays. */
export async function importTickets(api: ApiClient, project: string, path: string): Promise<Report> {
  const text = new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path));
  const { rows, ignored } = /\.json$/i.test(path) ? ticketsOfJson(text) : ticketsOfCsv(text);
  const report = new Report('tickets', rows.length);
  if (ignored.length > 0) report.note(`not used: ${ignored.join(', ')}`);
  const named = rows.some(({ assignee }) => assignee !== '');
  const people = named ? await peopleByEmail(api) : new Map<string, string>();
  const known = await KnownTickets.of(api, project);
  for (const row of rows)
    await report.each(row.place, async () => {
      if (row.problem) throw new Error(row.problem);
      const assignee_id = row.assignee === '' ? null : people.get(row.assignee);
      if (assignee_id === undefined) throw new Error(`there is no member ${row.assignee}`);
      if (await known.has(row)) return 'unchanged';
      await api.post(`/api/projects/${project}/tickets`, { ...row.ticket, assignee_id });
      return 'created';
    });
  return report;
}

async function peopleByEmail(api: ApiClient): Promise<Map<string, string>> {
  const { members } = await api.get<{ members: { user_id: string; email: string }[] }>('/api/members');
  return new Map(members.map(({ email, user_id }) => [email.toLowerCase(), user_id]));
}

/** The tickets that were there before: each stands for one row with its title and body. */
class KnownTickets {
  private constructor(
    private readonly api: ApiClient,
    private readonly ids: Map<string, string[]>,
  ) {}

  static async of(api: ApiClient, project: string): Promise<KnownTickets> {
    const ids = new Map<string, string[]>();
    for await (const { id, title } of api.pages<Ticket>(`/api/projects/${project}/tickets`, 'tickets'))
      ids.set(title, [...(ids.get(title) ?? []), id]);
    return new KnownTickets(api, ids);
  }

  async has({ ticket: { title, body } }: TicketRow): Promise<boolean> {
    const ids = this.ids.get(title) ?? [];
    for (const id of ids) {
      const there = await this.api.get<Ticket>(`/api/tickets/${id}`);
      if (there.body !== body) continue;
      this.ids.set(
        title,
        ids.filter((one) => one !== id),
      );
      return true;
    }
    return false;
  }
}
