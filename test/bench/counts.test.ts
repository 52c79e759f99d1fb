import { expect, test } from 'vitest';
import { countRequests } from '../../bench/harness/temporal-requests.js';
import { countStatements } from '../../bench/round-trips/statements.js';

test('statements are counted by application and by what they write or read', () => {
  const log = [
    'app=nightshift-worker LOG:  execute <unnamed>: ',
    '    WITH before AS (SELECT id FROM agent_runs FOR UPDATE)',
    '    UPDATE agent_runs SET status = $1',
    'app=nightshift-worker DETAIL:  Parameters: $1 = ...',
    'app=nightshift-api LOG:  statement: SELECT 1 FROM api_keys WHERE id = 1',
    'app=nightshift-api LOG:  execute <unnamed>: SELECT 1 FROM api_keys WHERE id = $1',
    'app=nightshift-api LOG:  statement: BEGIN',
    'app=nightshift-bench LOG:  statement: SELECT 1 FROM agent_runs',
    'app= LOG:  checkpoint starting: time',
    '',
  ].join('\n');
  expect(countStatements(log)).toEqual({
    'worker: UPDATE agent_runs': 1,
    'api: SELECT api_keys': 2,
    'api: BEGIN': 1,
  });
});

test('calls are counted that came in at the front of Temporal, in one namespace', () => {
  const metrics = [
    '# TYPE service_requests counter',
    'service_requests{namespace="default",operation="StartWorkflowExecution",service_name="frontend"} 12',
    'service_requests{namespace="default",operation="StartWorkflowExecution",service_name="history"} 12',
    'service_requests{namespace="temporal_system",operation="PollWorkflowTaskQueue",service_name="frontend"} 30',
    'service_requests_other{namespace="default",operation="StartWorkflowExecution",service_name="frontend"} 5',
  ].join('\n');
  expect(countRequests(metrics, 'default')).toEqual({ StartWorkflowExecution: 12 });
});
