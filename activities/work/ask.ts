import { createHash } from 'node:crypto';
import type { AskActivities, Digested } from '../../workflows/contract/work.js';
import { beating } from '../model/calls.js';
import type { ModelNeeds } from '../model/needs.js';
import { respondOnce } from '../model/respond.js';
import { small, type WorkStore } from './index.js';

interface AskNeeds extends ModelNeeds {
  work: WorkStore;
}

/** Facts that a call was asked about, as its record keeps them. */
interface AskedFacts {
  kept: Record<string, unknown>;
  shown: unknown;
  told: Digested;
}

/** Gathers and asks. An answer that is there goes with the facts that it was given to, whatever they are by now. */
export function createAsk(needs: AskNeeds): AskActivities {
  return {
    async ask({ run_id, what, args }) {
      const { key, input, kept, shown, format } = await beating(() =>
        needs.work.question(run_id, what, args),
      );
      if (input === null) return { answer: null, shown: small(what, shown) };
      const text = JSON.stringify(input);
      const facts: AskedFacts = { kept, shown: small(what, shown), told: digested(text) };
      const answered = await respondOnce(needs, { run_id, key, input: text, format }, facts);
      const of = (answered.facts as AskedFacts | null) ?? facts;
      const answer = { key, model: answered.model, told: of.told, said: digested(answered.text) };
      return { answer, shown: of.shown };
    },
  };
}

function digested(text: string): Digested {
  return { digest: createHash('sha256').update(text).digest('hex'), bytes: Buffer.byteLength(text) };
}
