import type { ImagesResponse } from 'openai/resources/images';
import { z } from 'zod';
import { MODEL } from '../answer/prompt.js';
import { estimateTokens } from '../answer/tokens.js';
import { drawPng } from '../png.js';
import { seconds } from './parts.js';

const SIDE = 1024;
const SIZE = /^(?:auto|[1-9]\d{1,3}x[1-9]\d{1,3})$/;

export const imagesBody = z.object({
  prompt: z.string().min(1).max(32_000),
  model: z.string().min(1).nullish(),
  n: z.number().int().min(1).max(10).nullish(),
  size: z.string().regex(SIZE, 'must be auto or WIDTHxHEIGHT').nullish(),
  output_format: z.literal('png').nullish(),
  response_format: z.literal('b64_json').nullish(),
  stream: z.literal(false).nullish(),
});

/** The service's own type lacks the model; here every answer names it. */
export function imagesOf(body: z.infer<typeof imagesBody>): ImagesResponse & { model: string } {
  const [width = SIDE, height = SIDE] = /\d/.test(body.size ?? '') ? body.size!.split('x').map(Number) : [];
  const [wide, high] = [Math.min(width, 2 * SIDE), Math.min(height, 2 * SIDE)];
  const data = Array.from({ length: body.n ?? 1 }, (_, index) => ({
    b64_json: drawPng(`${body.prompt}\n${index}`, wide, high).toString('base64'),
    revised_prompt: `Drawn by the ${MODEL}: ${body.prompt}`,
  }));
  const [input, output] = [estimateTokens(body.prompt), 64 * data.length];
  return {
    created: seconds(),
    model: MODEL,
    background: 'opaque',
    output_format: 'png',
    quality: 'low',
    size: `${wide}x${high}`,
    data,
    usage: {
      input_tokens: input,
      input_tokens_details: { text_tokens: input, image_tokens: 0 },
      output_tokens: output,
      total_tokens: input + output,
    },
  };
}
