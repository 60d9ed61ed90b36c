import { ISUP_CALLS } from "./sipp/isup.ts";
import { testScenarios } from "./sipp/suite.ts";

testScenarios("calls with ISUP", ISUP_CALLS);
