import { ENDPOINTS, type Endpoint } from './misbehaviour/script.js';

/** One request to an endpoint; the status is null until the answer is sent. */
interface Call {
  id: string;
  endpoint: Endpoint;
  at: string;
  status: number | null;
  input_digest: string;
  misbehaviour: string | null;
}

const MOST_CALLS = 1000;

function noCalls(): Record<Endpoint, number> {
  return Object.fromEntries(ENDPOINTS.map((endpoint) => [endpoint, 0])) as Record<Endpoint, number>;
}

/** Counts every request to the model's endpoints and remembers the last of them. */
export class Calls {
  #total = 0;
  #misbehaved = 0;
  #byEndpoint = noCalls();
  #last: Call[] = [];

  begin(id: string, endpoint: Endpoint): Call {
    const call: Call = {
      id,
      endpoint,
      at: new Date().toISOString(),
      status: null,
      input_digest: '',
      misbehaviour: null,
    };
    this.#total++;
    this.#byEndpoint[endpoint]++;
    this.#last.push(call);
    if (this.#last.length > MOST_CALLS) this.#last.shift();
    return call;
  }

  misbehave(call: Call, mode: string): void {
    this.#misbehaved++;
    call.misbehaviour = mode;
  }

  reset(): void {
    this.#total = 0;
    this.#misbehaved = 0;
    this.#byEndpoint = noCalls();
    this.#last = [];
  }

  report(): object {
    return {
      total: this.#total,
      by_endpoint: this.#byEndpoint,
      misbehaved: this.#misbehaved,
      last: this.#last,
    };
  }
}
