/** `npm start`. What it does is loaded behind the check: an older Node could not even link it. */
import "./require-node.mjs";

import("./main-job.mjs");
