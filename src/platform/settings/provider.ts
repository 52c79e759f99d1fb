import OpenAI from 'openai';
import type { Provider } from '../../../activities/model/needs.js';
import type { OperationalSettings } from './operational.js';
import type { RuntimeSettings } from './runtime-settings.js';

/** The provider as the settings say now; calls under way keep the one they began with. */
export function currentProvider(settings: RuntimeSettings): () => Provider {
  let from = settings.current();
  let provider = providerOf(from);
  return () => {
    const now = settings.current();
    if (now !== from) {
      from = now;
      provider = providerOf(now);
    }
    return provider;
  };
}

function providerOf(settings: OperationalSettings): Provider {
  return {
    openai: new OpenAI({
      apiKey: settings.OPENAI_API_KEY ?? 'none',
      ...(settings.OPENAI_BASE_URL ? { baseURL: settings.OPENAI_BASE_URL } : {}),
      timeout: settings.OPENAI_TIMEOUT_SECONDS * 1000,
      maxRetries: 0,
    }),
    style: settings.OPENAI_API_STYLE,
    models: {
      reasoning: settings.OPENAI_REASONING_MODEL,
      fast: settings.OPENAI_FAST_MODEL,
      embedding: settings.OPENAI_EMBEDDING_MODEL,
    },
  };
}
