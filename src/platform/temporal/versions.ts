import { type Connection, isGrpcServiceError } from '@temporalio/client';
import proto from '@temporalio/proto';
import { FAILED_PRECONDITION, NOT_FOUND } from './answers.js';

const { VersioningOverride } = proto.temporal.api.workflow.v1;
const { PINNED_OVERRIDE_BEHAVIOR_PINNED: PINNED } = VersioningOverride.PinnedOverrideBehavior;
/** Beyond these the next pass goes on. */
const MOST_MOVES = 500;
const AT_ONCE = 10;

type Say = <T>(words: () => Promise<T>) => Promise<T>;

/** The builds of the workers of one task queue, as Temporal's worker deployment with its versions. */
export class TemporalVersions {
  private readonly deployment: string;

  constructor(
    private readonly connection: Connection,
    private readonly namespace: string,
    private readonly taskQueue: string,
    private readonly say: Say,
  ) {
    this.deployment = deploymentName(taskQueue);
  }

  /** The build that gets workflows which no build has begun; null where none was set. */
  async current(): Promise<string | null> {
    const { namespace, deployment: deploymentName } = this;
    try {
      const { workerDeploymentInfo } = await this.say(() =>
        this.connection.workflowService.describeWorkerDeployment({ namespace, deploymentName }),
      );
      return workerDeploymentInfo?.routingConfig?.currentDeploymentVersion?.buildId || null;
    } catch (error) {
      if (isGrpcServiceError(error) && error.code === NOT_FOUND) return null;
      throw error;
    }
  }

  /** Returns false if Temporal has not seen a worker of this build yet. */
  async setCurrent(buildId: string): Promise<boolean> {
    const { namespace, deployment: deploymentName } = this;
    try {
      await this.say(() =>
        this.connection.workflowService.setWorkerDeploymentCurrentVersion({
          namespace,
          deploymentName,
          buildId,
        }),
      );
      return true;
    } catch (error) {
      if (isGrpcServiceError(error) && [NOT_FOUND, FAILED_PRECONDITION].includes(error.code)) return false;
      throw error;
    }
  }

  /** Workflows under way that are pinned to a build other than these. */
  async pinnedElsewhere(builds: readonly string[]): Promise<string[]> {
    const versions = builds.map((build) => `'${this.deployment}:${build}'`).join(', ');
    const query = `TaskQueue = '${this.taskQueue}' AND ExecutionStatus = 'Running' AND TemporalWorkerDeploymentVersion IS NOT NULL AND TemporalWorkerDeploymentVersion NOT IN (${versions})`;
    const { executions } = await this.say(() =>
      this.connection.workflowService.listWorkflowExecutions({
        namespace: this.namespace,
        query,
        pageSize: MOST_MOVES,
      }),
    );
    return (executions ?? []).flatMap(({ execution }) => execution?.workflowId ?? []);
  }

  /** The workflows continue with workers of this build; one that has ended meanwhile needs none. */
  async move(workflow_ids: readonly string[], build: string): Promise<void> {
    const left = [...workflow_ids];
    const moveNext = async () => {
      for (let id = left.shift(); id !== undefined; id = left.shift()) await this.moveOne(id, build);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, moveNext));
  }

  private async moveOne(workflowId: string, buildId: string): Promise<void> {
    const version = { deploymentName: this.deployment, buildId };
    try {
      await this.say(() =>
        this.connection.workflowService.updateWorkflowExecutionOptions({
          namespace: this.namespace,
          workflowExecution: { workflowId },
          workflowExecutionOptions: { versioningOverride: { pinned: { behavior: PINNED, version } } },
          updateMask: { paths: ['versioning_override'] },
        }),
      );
    } catch (error) {
      if (!(isGrpcServiceError(error) && [NOT_FOUND, FAILED_PRECONDITION].includes(error.code))) throw error;
    }
  }
}

/** Temporal writes a version as its deployment and build with a colon, or earlier a dot, between them. */
export function deploymentName(taskQueue: string): string {
  return taskQueue.replace(/[:.]/g, '_');
}
