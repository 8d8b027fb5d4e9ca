import type { Generated } from 'kysely';

/** What services have accepted and are still to hand to its targets. */
export interface DeliveryTable {
  /** The order in which deliveries were accepted. */
  sequence: Generated<number>;
  /** UUID */
  id: string;
  /** The service that accepted it and knows what to do with it. */
  sender: string;
  /** Deliveries of one lane go the same way. */
  lane: string;
  /** 1: one after the other with the others of its lane, in the order of their sequence. */
  is_ordered: number;
  /** JSON of the sender's own. */
  content: string;
  accepted_at_ms: number;
  /** When it can be taken; when its claim lapses, for one that was taken. */
  due_at_ms: number;
  attempts: number;
  /** The platform that has it in hand. */
  claimed_by: string | null;
}
