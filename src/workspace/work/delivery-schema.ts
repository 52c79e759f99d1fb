import { z } from 'zod';
import type {
  AskContract,
  DeliveryContract,
  WorkContract,
} from '../../../workflows/contract/work-contract.js';

const schemas = new WeakMap<DeliveryContract, z.ZodObject>();

/** All that a delivery may be made of: the fields of the flow, of the answer, and of the facts kept with it. */
export function deliverySchema(contract: WorkContract, name: string): z.ZodObject | null {
  const delivery = contract.deliveries?.[name];
  if (!delivery) return null;
  const known = schemas.get(delivery) ?? schemaOf(contract, delivery);
  schemas.set(delivery, known);
  return known;
}

function schemaOf(contract: WorkContract, delivery: DeliveryContract): z.ZodObject {
  const ask: AskContract | undefined = contract.asks?.[delivery.answers ?? ''];
  const answered = z.object({ ...ask?.answer.shape, ...ask?.kept?.shape });
  const answer = delivery.answer_optional ? answered.partial() : answered;
  return z.strictObject({ ...delivery.given?.shape, ...answer.shape });
}
