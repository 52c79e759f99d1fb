import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import OpenAI from 'openai';
import type { DataSource } from 'typeorm';
import { createModelActivities } from '../../activities/model/index.js';
import { PostgresModelCallStore } from '../../src/engine/runs/model-call.store.js';
import { PostgresVersionReader } from '../../src/engine/runs/run-version.store.js';
import { schemaThread } from '../../src/platform/json-schema/schema-thread.js';
import type {
  EmbedRequest,
  EmbedResult,
  RespondRequest,
  RespondResult,
} from '../../workflows/contract/model.js';

Runtime.install({ logger: new DefaultLogger('ERROR') });

/** The model activities under a real worker, called by workflows that do nothing else. */
export class ModelWorker {
  private constructor(
    private readonly worker: Worker,
    private readonly running: Promise<void>,
    private readonly native: NativeConnection,
    private readonly connection: Connection,
    private readonly taskQueue: string,
  ) {}

  static async start(
    address: string,
    db: DataSource,
    baseURL: string,
    style: 'responses' | 'chat',
  ): Promise<ModelWorker> {
    const taskQueue = randomUUID();
    const native = await NativeConnection.connect({ address });
    const workflowBundle = await bundleWorkflowCode({
      logger: new DefaultLogger('ERROR'),
      workflowsPath: join(import.meta.dirname, 'model-workflows.ts'),
      webpackConfigHook: (config) => ({
        ...config,
        resolve: { ...config.resolve, extensionAlias: { '.js': ['.ts', '.js'] } },
      }),
    });
    const provider = {
      openai: new OpenAI({ apiKey: 'offline', baseURL, maxRetries: 0 }),
      style,
      models: { reasoning: 'reasoning', fast: 'fast', embedding: 'embedding' },
    };
    const worker = await Worker.create({
      connection: native,
      taskQueue,
      workflowBundle,
      activities: createModelActivities({
        provider: () => provider,
        calls: new PostgresModelCallStore(db),
        versions: new PostgresVersionReader(db),
        checkOwn: (own, value) => schemaThread.check(own, value),
      }),
    });
    return new ModelWorker(worker, worker.run(), native, await Connection.connect({ address }), taskQueue);
  }

  respond(request: RespondRequest): Promise<RespondResult> {
    return this.call('respond', request) as Promise<RespondResult>;
  }

  embed(request: EmbedRequest): Promise<EmbedResult> {
    return this.call('embed', request) as Promise<EmbedResult>;
  }

  async close(): Promise<void> {
    this.worker.shutdown();
    await this.running;
    await this.native.close();
    await this.connection.close();
  }

  private call(name: string, request: unknown): Promise<unknown> {
    const client = new Client({ connection: this.connection });
    return client.workflow.execute(name, {
      workflowId: randomUUID(),
      taskQueue: this.taskQueue,
      args: [request],
    });
  }
}
