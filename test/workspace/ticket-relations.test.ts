import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { ticketDetailSchema } from '../../src/workspace/tickets/ticket.dto.js';
import type { RelationKind } from '../../workflows/contract/ticket.js';
import { ok } from '../support/answers.js';
import type { Answer, Json } from '../support/caller.js';
import { expectProblem } from '../support/problems.js';
import { newProject, newTicket } from './new-items.js';
import { useTwoTenants } from './two-tenants.js';

const used = useTwoTenants();

const relate = (id: string, kind: string, other_id: string): Promise<Answer> =>
  used.api.post(`/api/tickets/${id}/relations`, { kind, other_id });
const unrelate = (id: string, kind: string, other_id: string): Promise<Answer> =>
  used.api.send('DELETE', `/api/tickets/${id}/relations/${kind}/${other_id}`);
const relationsOf = async (id: string): Promise<unknown[]> => {
  const ticket = ok(await used.api.get(`/api/tickets/${id}`));
  return ticket.relations.map(({ kind, direction, ticket }: Json) => [kind, direction, ticket.id]);
};
const tickets = async (count: number): Promise<Json[]> => {
  const made: Json[] = [];
  for (let index = 0; index < count; index += 1) made.push(await newTicket(used.api, used.project));
  return made;
};
const stored = () => used.stack.query('SELECT * FROM ticket_relations ORDER BY at');

describe('a relation', () => {
  test.each<RelationKind>(['blocks', 'duplicate_of', 'conflicts_with'])(
    'of the kind %s is seen from both sides, made once however often it is said, and taken back',
    async (kind) => {
      const [a, b] = await tickets(2);
      const before = await stored();
      const answers = await Promise.all(Array.from({ length: 8 }, () => relate(a.id, kind, b.id)));
      for (const { status, body } of answers) {
        expect(status).toBe(200);
        expect(ticketDetailSchema.parse(body)).toEqual(body);
      }
      expect(await stored()).toHaveLength(before.length + 1);
      expect(await relationsOf(a.id)).toEqual([[kind, 'to', b.id]]);
      expect(await relationsOf(b.id)).toEqual([[kind, 'from', a.id]]);
      expect(answers[0]?.body.relations[0]).toMatchObject({
        ticket: { key: b.key, title: b.title, status: 'open' },
        created_by: used.stack.tenant.user_id,
        run_id: null,
      });
      expect((await unrelate(a.id, kind, b.id)).status).toBe(204);
      expectProblem(await unrelate(a.id, kind, b.id), 'not_found');
      expect(await stored()).toEqual(before);
    },
  );

  test('of conflict is the same from either side', async () => {
    const [a, b] = await tickets(2);
    ok(await relate(a.id, 'conflicts_with', b.id));
    ok(await relate(b.id, 'conflicts_with', a.id));
    expect(await relationsOf(a.id)).toEqual([['conflicts_with', 'to', b.id]]);
    expect((await unrelate(b.id, 'conflicts_with', a.id)).status).toBe(204);
    expect(await relationsOf(a.id)).toEqual([]);
  });

  test.each(['blocks', 'duplicate_of'])('of the kind %s closes no circle, however long', async (kind) => {
    const made = await tickets(4);
    const [a, b, c, d] = made;
    for (const [from, to] of [
      [a, b],
      [b, c],
      [c, d],
    ])
      ok(await relate(from.id, kind, to.id));
    const before = await stored();
    for (const to of [a, b, c]) {
      const refused = await relate(d.id, kind, to.id);
      expectProblem(refused, 'validation_failed', 'other_id');
      expect(refused.body.detail).toContain(to.key);
      expect(refused.body.detail).toContain(d.key);
    }
    expect(await stored()).toEqual(before);
    ok(await relate(a.id, kind, d.id));
    ok(await relate(d.id, 'conflicts_with', a.id));
  });

  test('of two that would close a circle together, one is refused', async () => {
    for (let round = 0; round < 5; round += 1) {
      const [a, b, c] = await tickets(3);
      const answers = await Promise.all([
        relate(a.id, 'blocks', b.id),
        relate(b.id, 'blocks', c.id),
        relate(c.id, 'blocks', a.id),
      ]);
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 422]);
    }
  });

  test('joins no ticket to itself, nor to one of another project or organisation', async () => {
    const [a] = await tickets(1);
    const elsewhere = await newTicket(used.api, await newProject(used.api));
    const foreign = await newTicket(used.other, used.theirs.project_id);
    const before = await stored();
    const refused = await relate(a.id, 'blocks', randomUUID());
    expectProblem(refused, 'validation_failed', 'other_id');
    for (const other of [elsewhere, foreign]) {
      const answer = await relate(a.id, 'blocks', other.id);
      expect(answer.body).toEqual(refused.body);
      expectProblem(
        await relate(other.id === foreign.id ? foreign.id : randomUUID(), 'blocks', a.id),
        'not_found',
      );
      expectProblem(await unrelate(a.id, 'blocks', other.id), 'not_found');
    }
    expectProblem(await relate(a.id, 'blocks', a.id), 'validation_failed', 'other_id');
    expect(await stored()).toEqual(before);
  });

  test('of a kind that is none is refused', async () => {
    const [a, b] = await tickets(2);
    for (const kind of ['likes', '', 'BLOCKS', '__proto__'])
      expectProblem(await relate(a.id, kind, b.id), 'validation_failed', 'kind');
    for (const [kind, other] of [
      ['likes', b.id],
      ['blocks', '1'],
      ['%00', b.id],
      ['blocks', '%27'],
    ] as const)
      expectProblem(await unrelate(a.id, kind, other), 'not_found');
  });
});
