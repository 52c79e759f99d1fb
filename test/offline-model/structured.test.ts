import { zodTextFormat } from 'openai/helpers/zod';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { client, failure, PROJECT, useOfflineModel } from './model.js';

useOfflineModel();

const report = z.object({
  headline: z.string(),
  risk: z.enum(['low', 'medium', 'high']),
  owner: z.string().nullable(),
  reviewer: z.string().nullable(),
  dueDate: z.iso.date(),
  deadline: z.string().describe('Due date of the release'),
  tickets: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      status: z.enum(['open', 'in_progress', 'done']),
      assignee: z.string().nullable(),
    }),
  ),
  next: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('wait'), until: z.iso.time() }),
    z.object({ kind: z.literal('close'), ticketId: z.string() }),
  ]),
});

describe('structured output', () => {
  test('takes fields and records from the text', async () => {
    const { output_parsed: parsed } = await client().responses.parse({
      model: 'any',
      input: PROJECT,
      text: { format: zodTextFormat(report, 'report') },
    });
    expect(parsed).toMatchObject({
      owner: 'Dana',
      reviewer: null,
      dueDate: '2026-03-14',
      deadline: '2026-03-14',
    });
    expect(parsed?.tickets).toEqual([
      { id: 'TCK-1042', title: 'Login fails on Safari', status: 'open', assignee: 'Dana' },
      { id: 'TCK-1043', title: 'Export loses the header row', status: 'in_progress', assignee: 'Omar' },
      { id: 'TCK-1050', title: 'Add dark mode', status: 'done', assignee: null },
    ]);
    expect(parsed?.next).toEqual({ kind: 'close', ticketId: 'TCK-1042' });
  });

  test('reads JSON and tables within the text', async () => {
    const id = '7c9e6679-7425-40de-944b-e07fc1f90ae7';
    const input = `Extract.\n${JSON.stringify({ project: { id, name: 'Apollo' }, messages: [{ author: 'Dana', seen: true }] })}
| Name | Budget |
| --- | --- |
| Alpha | 1,200 |
| Beta | 300 |`;
    const schema = z.object({
      projectId: z.uuid(),
      project_name: z.string(),
      messages: z.array(z.object({ author: z.string(), seen: z.boolean() })),
      budgets: z.array(z.object({ name: z.string(), budget: z.int() })),
    });
    const { output_parsed: parsed } = await client().responses.parse({
      model: 'any',
      input,
      text: { format: zodTextFormat(schema, 'facts') },
    });
    expect(parsed).toMatchObject({
      projectId: id,
      project_name: 'Apollo',
      messages: [{ author: 'Dana', seen: true }],
    });
    expect(parsed?.budgets).toEqual([
      { name: 'Alpha', budget: 1200 },
      { name: 'Beta', budget: 300 },
    ]);
  });

  test('is refused with strict for what the real service refuses', async () => {
    const schema = { type: 'object', properties: { a: { type: 'string' } }, additionalProperties: false };
    const format = { type: 'json_schema' as const, name: 'loose', schema, strict: true };
    const error = await failure(client().responses.create({ model: 'any', input: 'x', text: { format } }));
    expect(error).toMatchObject({ status: 400, code: 'invalid_json_schema', param: 'text.format.schema' });
    expect(error.message).toContain("Missing 'a'");
  });

  test('is refused for a schema that nothing fits', async () => {
    const schema = {
      type: 'object',
      properties: { a: { type: 'integer', minimum: 5, maximum: 4 } },
      required: ['a'],
    };
    const format = { type: 'json_schema' as const, name: 'none', schema };
    const error = await failure(client().responses.create({ model: 'any', input: 'x', text: { format } }));
    expect(error).toMatchObject({ status: 400, code: 'invalid_json_schema' });
  });
});
