/** The Worker's script, one file without imports: `grantkit/session/worker.js`, and the text that the page's entry starts. */
import "./load.js";
import { serve } from "./serve.js";

serve(self);
