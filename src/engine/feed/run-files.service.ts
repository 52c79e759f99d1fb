import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { FastifyReply } from 'fastify';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import type { Principal } from '../../platform/auth/principal.js';
import type { AgentRun } from '../../platform/db/entities/run.entity.js';
import { AppError } from '../../platform/http/app-error.js';
import { isStorable } from '../../platform/http/text.js';
import { presentRun } from '../runs/present-run.js';
import { RunRepository } from '../runs/run.repository.js';
import { WaitContextReader } from '../runs/wait-context.js';
import { findFile, listFiles } from './run-file.store.js';

const fileSchema = z
  .object({
    path: z.string(),
    size: z.int(),
    content_type: z.string(),
    updated_at: z.iso.datetime(),
    href: z.string(),
  })
  .meta({ id: 'RunFile' });
export const filesSchema = z.object({ files: z.array(fileSchema) }).meta({ id: 'RunFileList' });

interface WorkspaceContent {
  content: Buffer;
  content_type: string;
}

/** A run's files. `run.json` and `events.jsonl` mirror the run and are made when read, so they are never stale. */
@Injectable()
export class RunFilesService {
  constructor(
    @InjectDataSource() private readonly db: DataSource,
    private readonly runs: RunRepository,
    private readonly waits: WaitContextReader,
  ) {}

  async list(caller: Principal, id: string) {
    const run = await this.runs.find(caller, id);
    const written = await listFiles(this.db, id);
    const made = await Promise.all(
      Object.entries(MIRRORS).map(async ([path, { content_type }]) => ({
        path,
        size: ((await this.mirror(run, path)) ?? Buffer.alloc(0)).length,
        content_type,
        updated_at: run.finished_at ?? run.started_at ?? run.created_at,
      })),
    );
    const own = new Set(written.map(({ path }) => path));
    const files = [...written, ...made.filter(({ path }) => !own.has(path))].sort((a, b) =>
      a.path < b.path ? -1 : 1,
    );
    return {
      files: files.map((file) => ({
        ...file,
        href: `/api/agent-runs/${id}/workspace/${encodeURI(file.path)}`,
      })),
    };
  }

  /** Sends a download: a file of an agent is never shown as a page of this origin. */
  async download(caller: Principal, id: string, reply: FastifyReply): Promise<void> {
    const { '*': path = '' } = reply.request.params as { '*'?: string };
    const run = await this.runs.find(caller, id);
    const file =
      (isStorable(path) ? await findFile(this.db, id, path) : null) ?? (await this.made(run, path));
    if (!file) throw new AppError('not_found', `The run has no file ${JSON.stringify(path.slice(0, 200))}.`);
    const name = encodeURIComponent(path.split('/').at(-1) ?? 'file');
    await reply
      .header('content-type', file.content_type)
      .header('content-disposition', `attachment; filename*=UTF-8''${name}`)
      .send(file.content);
  }

  private async made(run: AgentRun, path: string): Promise<WorkspaceContent | null> {
    const content = await this.mirror(run, path);
    const mirror = MIRRORS[path as keyof typeof MIRRORS];
    return content && mirror ? { content, content_type: mirror.content_type } : null;
  }

  private async mirror(run: AgentRun, path: string): Promise<Buffer | null> {
    switch (path) {
      case 'run.json':
        return json(presentRun(run, await this.waits.read([run])));
      case 'events.jsonl': {
        const events = await this.runs.eventsOf(run);
        return Buffer.from(events.map((event) => `${JSON.stringify(event)}\n`).join(''));
      }
      case 'output.md':
        return Buffer.from(outputOf(run));
      default:
        return null;
    }
  }
}

const MIRRORS = {
  'output.md': { content_type: 'text/markdown; charset=utf-8' },
  'run.json': { content_type: 'application/json; charset=utf-8' },
  'events.jsonl': { content_type: 'application/x-ndjson; charset=utf-8' },
} as const;

function json(value: unknown): Buffer {
  return Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
}

/** The page of a run that wrote no output of its own. */
function outputOf({ agent, status, result, error, usage }: AgentRun): string {
  const parts = [`# ${agent}: ${status}`];
  if (usage && usage.models.length > 0) parts.push(`Model: ${usage.models.join(', ')}`);
  if (error) parts.push(`**${error.code}**: ${error.message}`);
  if (result !== null && result !== undefined)
    parts.push(`\`\`\`json\n${JSON.stringify(result, null, 2)}\n\`\`\``);
  return `${parts.join('\n\n')}\n`;
}
