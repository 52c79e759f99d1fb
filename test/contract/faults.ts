import type { ErrorCode } from '../../workflows/contract/errors.js';
import type { World } from './world.js';

/** One misbehaviour of the offline model, and the run's error. */
export interface Fault {
  name: string;
  /** The step of the model's script. */
  step: object;
  code: ErrorCode;
  /** A pattern of the error's message. */
  words: RegExp;
  retryable: boolean;
}

const again = (name: string, step: object, code: ErrorCode, words = /\S/): Fault => ({
  name,
  step,
  code,
  words,
  retryable: true,
});
const final = (name: string, mode: string, code: ErrorCode): Fault => ({
  name,
  step: { mode },
  code,
  words: /\S/,
  retryable: false,
});

const OF_ALL = [
  again('limits the rate', { mode: '429', retry_after: 0.05 }, 'model_rate_limited', /limits the rate/),
  again('fails', { mode: '500' }, 'model_unavailable', /500/),
  again('is overloaded', { mode: '503' }, 'model_unavailable', /503/),
  again('breaks off', { mode: 'cut' }, 'model_unavailable'),
  final('refuses the key', '401', 'model_unauthorized'),
  final('rejects the request', '400', 'model_bad_request'),
  final('has no quota left', 'quota', 'model_quota_spent'),
];
const OF_TEXT = [final('refuses to answer', 'refusal', 'model_refused')];
const OF_NO_SHAPE: [Fault] = [again('sends no JSON', { mode: 'malformed' }, 'model_unavailable')];
const OF_SHAPE: [Fault, ...Fault[]] = [
  again(
    'does not keep to the shape',
    { mode: 'wrong-schema' },
    'model_output_invalid',
    /unrecognized keys|invalid (type|value)/,
  ),
  again('says broken JSON', { mode: 'malformed' }, 'model_output_invalid', /not JSON/),
  again(
    'says a name that cannot be kept',
    { mode: 'say', text: '{"\\u0000\\ud83d":"\\u0000"}' },
    'model_output_invalid',
    /unrecognized keys|invalid (type|value)/,
  ),
  again('says nothing', { mode: 'say', text: '' }, 'model_output_invalid', /not JSON/),
];

/** The faults that can happen to the agent; the first is one that it may try again. */
export function faultsOf({ asks }: Pick<World, 'asks'>): [Fault, ...Fault[]] {
  switch (asks) {
    case 'shape':
      return [...OF_SHAPE, ...OF_TEXT, ...OF_ALL];
    case 'text':
      return [...OF_NO_SHAPE, ...OF_TEXT, ...OF_ALL];
    case 'vectors':
      return [...OF_NO_SHAPE, ...OF_ALL];
  }
}
