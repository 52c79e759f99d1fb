import type { EntityManager } from 'typeorm';
import type { NewProposal, Proposed, Source } from '../../../workflows/contract/proposal.js';
import { type ProposingRun, proposeAll } from '../proposals/propose.js';
import { normalised, normalisedDigest, proseOf } from '../words.js';
import { likenessOf, mostAlike } from './likeness.js';
import type { KnownMemory } from './recall.store.js';

interface SuggestedMemory {
  action: 'add' | 'change' | 'remove';
  about: 'person' | 'project';
  memory_id: string | null;
  text: string | null;
  reason: string;
}

export interface Reviewed {
  /** The memories as they are now. */
  memories: readonly KnownMemory[];
  /** The memories that the model got, at the versions it saw. */
  seen: readonly { id: string; version: number }[];
  sources: Source[];
  /** True if the turn belongs to the person that the run works for. */
  own: boolean;
}

/** `known` repeats an existing memory; `dropped` is empty, or names a memory that does not exist. */
export type Diff = NewProposal | 'known' | 'dropped';

/** The diff that a suggestion comes to: one that nearly repeats a memory changes that memory. */
export function diffOf(suggestion: SuggestedMemory, { memories, seen, sources, own }: Reviewed): Diff {
  const { action, about } = suggestion;
  const text = proseOf(suggestion.text ?? '', 5000);
  const reason = proseOf(suggestion.reason, 2000) || 'It was said in a conversation.';
  if (action !== 'remove' && normalised(text) === '') return 'dropped';
  const base = { reason, sources };
  if (action === 'add') {
    const personal = about === 'person' && own;
    if (memories.some(({ body }) => likenessOf(text, body) === 'same')) return 'known';
    const owned = memories.filter(({ user_id }) => (user_id !== null) === personal);
    const similar = mostAlike(text, owned);
    if (similar) return { ...base, ...changeOf(similar, similar.version, text) };
    const title = `Remember: ${[...normalised(text)].slice(0, 100).join('')}`;
    const dedupe_key = `memory_add/${normalisedDigest(text)}`;
    return { ...base, kind: 'memory_add', title, change: { body: text }, target: null, dedupe_key, personal };
  }
  const id = suggestion.memory_id?.toLowerCase();
  const memory = memories.find((one) => one.id === id);
  const version = seen.find((one) => one.id === id)?.version;
  if (!memory || version === undefined) return 'dropped';
  if (action === 'remove') return { ...base, ...removalOf(memory, version) };
  return likenessOf(text, memory.body) === 'same' ? 'known' : { ...base, ...changeOf(memory, version, text) };
}

/** Proposes those that are news, and counts the others. */
export async function proposeDiffs(
  tx: EntityManager,
  run: ProposingRun,
  diffs: readonly Diff[],
): Promise<{ proposed: Proposed; dropped: number }> {
  const proposed = await proposeAll(
    tx,
    run,
    diffs.filter((diff) => typeof diff !== 'string'),
  );
  const known = proposed.known + diffs.filter((diff) => diff === 'known').length;
  return { proposed: { ...proposed, known }, dropped: diffs.filter((diff) => diff === 'dropped').length };
}

function changeOf({ id, user_id }: KnownMemory, version: number, body: string) {
  return {
    kind: 'memory_change' as const,
    title: 'Change what is remembered',
    change: { body },
    target: { type: 'memory' as const, id, version },
    dedupe_key: `memory_change/${id}/${normalisedDigest(body)}`,
    personal: user_id !== null,
  };
}

function removalOf({ id, user_id }: KnownMemory, version: number) {
  return {
    kind: 'memory_remove' as const,
    title: 'Forget what is remembered',
    change: {},
    target: { type: 'memory' as const, id, version },
    dedupe_key: `memory_remove/${id}`,
    personal: user_id !== null,
  };
}
