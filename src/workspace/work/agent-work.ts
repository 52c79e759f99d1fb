import type { EntityManager } from 'typeorm';
import type { Delivered } from '../../../workflows/contract/work.js';
import type {
  AskArgs,
  AskKept,
  AskName,
  AskShown,
  DeliveryName,
  DeliveryOutput,
  GatherArgs,
  GatherFacts,
  GatherName,
  WorkContract,
} from '../../../workflows/contract/work-contract.js';
import type { WritingRun } from '../place.js';

/** The run that asks, and so the one place it may read and write. */
export interface WorkingRun extends WritingRun {
  agent: string;
  user_id: string | null;
  time_zone: string;
  input: unknown;
  target: { type: string; id: string } | null;
  /** The tick it answers for, or when it was admitted. */
  moment: Date;
  /** Proposals are accepted without a person. */
  auto_accept: boolean;
}

/** One question to a model. */
export interface AgentQuestion<Kept = object, Shown = object> {
  /** The facts that the model is given, as JSON; null where there is nothing to ask. They are kept nowhere. */
  input: object | null;
  /** Facts that the delivery needs; they stay with the answer. */
  kept?: Kept;
  /** Counts and ids that the flow goes on with; they become history. */
  shown?: Shown;
  /** Tells questions of one name apart, where an agent asks it more than once. */
  which?: string | number;
}

/** A section of work may be left out where the contract names nothing for it. */
type Sectioned<Name extends string, Keys extends string, Functions> = [Keys] extends [never]
  ? { [N in Name]?: undefined }
  : { [N in Name]: Functions };

/** The reads and writes of one agent: the `work.ts` of its folder in `agents/`. */
type AgentWork<Contract extends WorkContract = WorkContract> = {
  agent: string;
  contract: Contract;
} & Sectioned<
  'gather',
  GatherName<Contract>,
  {
    [Name in GatherName<Contract>]: (
      tx: EntityManager,
      run: WorkingRun,
      args: GatherArgs<Contract, Name>,
    ) => Promise<GatherFacts<Contract, Name>>;
  }
> &
  Sectioned<
    'ask',
    AskName<Contract>,
    {
      [Name in AskName<Contract>]: (
        tx: EntityManager,
        run: WorkingRun,
        args: AskArgs<Contract, Name>,
      ) => Promise<AgentQuestion<AskKept<Contract, Name>, AskShown<Contract, Name>>>;
    }
  > &
  Sectioned<
    'deliver',
    DeliveryName<Contract>,
    {
      /** Each delivery is one transaction, which also records it; `model` is the one that answered. */
      [Name in DeliveryName<Contract>]: (
        tx: EntityManager,
        run: WorkingRun,
        output: DeliveryOutput<Contract, Name>,
        model: string | null,
      ) => Promise<Delivered>;
    }
  >;

/** The work of any agent, as the registry holds it. */
export interface AnyWork {
  agent: string;
  contract: WorkContract;
  gather?: Record<string, (tx: EntityManager, run: WorkingRun, args: never) => Promise<unknown>>;
  ask?: Record<string, (tx: EntityManager, run: WorkingRun, args: never) => Promise<AgentQuestion>>;
  deliver?: Record<
    string,
    (tx: EntityManager, run: WorkingRun, output: never, model: string | null) => Promise<Delivered>
  >;
}

/** Checks the work of an agent against its contract. */
export function defineWork<const Contract extends WorkContract>(work: AgentWork<Contract>): AnyWork {
  return work as unknown as AnyWork;
}

/** For a delivery that leaves nothing to show. */
export const NOTHING_DELIVERED: Delivered = { outputs: [], proposed: null, dropped: 0 };
