import { z } from 'zod';
import { SOURCE_TYPES, type Source } from '../../../workflows/contract/proposal.js';
import { plain } from '../../platform/http/text.js';

export const sourceSchema: z.ZodType<Source> = z
  .strictObject({
    type: z.enum(SOURCE_TYPES).meta({ id: 'SourceType' }),
    id: plain(200),
    quote: plain(1000).exactOptional(),
  })
  .meta({ id: 'Source' });
