import {
  type Client,
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  ScheduleOverlapPolicy,
  type ScheduleSpec,
} from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import { TICK_WORKFLOW, type TickStart } from '../../../workflows/contract/schedule.js';
import { SCHEDULE_PREFIX, scheduleId, scheduleOf } from './schedule-id.js';
import { searchAttributes } from './search-attributes.js';

/** The Schedule that Temporal should have for a cadence. */
interface WantedSchedule {
  cadence_id: string;
  title: string;
  spec: ScheduleSpec;
  catch_up_seconds: number;
  /** The reason for a pause; null if the Schedule runs. */
  paused: string | null;
}

type Say = <T>(words: () => Promise<T>) => Promise<T>;

/** Temporal's Schedules, one for each cadence. They are found again by the task queue in their labels. */
export class TemporalSchedules {
  constructor(
    private readonly client: Client,
    private readonly taskQueue: string,
    private readonly say: Say,
  ) {}

  /** Makes it, or changes the one that is there. */
  async keep(wanted: WantedSchedule): Promise<void> {
    const options = this.options(wanted);
    try {
      await this.say(() =>
        this.client.schedule.create({ scheduleId: scheduleId(wanted.cadence_id), ...options }),
      );
    } catch (error) {
      if (!(error instanceof ScheduleAlreadyRunning)) throw error;
      await this.say(() =>
        this.client.schedule.getHandle(scheduleId(wanted.cadence_id)).update(() => options),
      );
    }
  }

  async remove(cadence_id: string): Promise<void> {
    await this.say(() => this.client.schedule.getHandle(scheduleId(cadence_id)).delete()).catch(
      unlessMissing,
    );
  }

  /** Lets its workflow start now, besides its times; false where Temporal knows no such Schedule. */
  async wake(cadence_id: string): Promise<boolean> {
    try {
      await this.say(() => this.client.schedule.getHandle(scheduleId(cadence_id)).trigger());
      return true;
    } catch (error) {
      unlessMissing(error);
      return false;
    }
  }

  /** The cadences that Temporal keeps a Schedule of. */
  async list(): Promise<string[]> {
    const query = `${searchAttributes.labels.name} = '${this.taskQueue}'`;
    return this.say(async () => {
      const ids: string[] = [];
      for await (const { scheduleId: id } of this.client.schedule.list({ query, pageSize: 1000 })) {
        if (id.startsWith(SCHEDULE_PREFIX)) ids.push(id.slice(SCHEDULE_PREFIX.length));
      }
      return ids;
    });
  }

  /** Workflows of ticks that began before and still run, most of all those that cannot go on. */
  async ticksUnderWay(began_before: Date): Promise<{ workflow_id: string; cadence_id: string }[]> {
    const query = `WorkflowType = '${TICK_WORKFLOW}' AND TaskQueue = '${this.taskQueue}' AND ExecutionStatus = 'Running' AND StartTime < '${began_before.toISOString()}'`;
    return this.say(async () => {
      const executions: { workflow_id: string; cadence_id: string }[] = [];
      for await (const { workflowId } of this.client.workflow.list({ query, pageSize: 200 })) {
        const schedule = scheduleOf(workflowId);
        if (schedule)
          executions.push({ workflow_id: workflowId, cadence_id: schedule.slice(SCHEDULE_PREFIX.length) });
      }
      return executions;
    });
  }

  /** Another workflow takes the place of this one, which is ended: it answers all that is due. */
  async tickAgain(cadence_id: string, workflow_id: string, temporal_run_id: string): Promise<void> {
    // The Schedule keeps this start until the workflow has ended.
    await this.wake(cadence_id);
    await this.say(() =>
      this.client.workflow.getHandle(workflow_id, temporal_run_id).terminate('its flow has changed'),
    );
  }

  private options({ cadence_id, title, spec, catch_up_seconds, paused }: WantedSchedule) {
    return {
      spec,
      action: {
        type: 'startWorkflow' as const,
        workflowType: TICK_WORKFLOW,
        workflowId: scheduleId(cadence_id),
        taskQueue: this.taskQueue,
        args: [{ cadence_id } satisfies TickStart],
        staticSummary: title,
      },
      // Temporal buffers one more start while a tick is being answered; that start finds all due ticks.
      policies: { overlap: ScheduleOverlapPolicy.BUFFER_ONE, catchupWindow: catch_up_seconds * 1000 },
      state: { paused: paused !== null, note: paused ?? title },
      typedSearchAttributes: new TypedSearchAttributes([
        { key: searchAttributes.labels, value: [this.taskQueue] },
      ]),
    };
  }
}

function unlessMissing(error: unknown): void {
  if (!(error instanceof ScheduleNotFoundError)) throw error;
}
