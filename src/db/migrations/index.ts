/** Forward only, in this order. */
import { Spine1763683200000 } from './1-spine.js';

export const migrations = [Spine1763683200000];
