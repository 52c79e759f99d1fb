/** Forward only, in this order. */
import { Spine1763683200000 } from './1-spine.js';
import { Bindings1763769600000 } from './2-bindings.js';
import { Agents1763856000000 } from './3-agents.js';

export const migrations = [Spine1763683200000, Bindings1763769600000, Agents1763856000000];
