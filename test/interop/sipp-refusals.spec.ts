import { REFUSED_CALLS, REQUESTS } from "./sipp/refusals.ts";
import { testScenarios } from "./sipp/suite.ts";

testScenarios("refusals", [...REFUSED_CALLS, ...REQUESTS]);
