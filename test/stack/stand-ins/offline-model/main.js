import { serve } from '../serve.js';

serve(process.env.NIGHTSHIFT_MODEL_PORT);
