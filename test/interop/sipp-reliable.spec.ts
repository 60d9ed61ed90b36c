import { RELIABLE_RINGING } from "./sipp/reliable.ts";
import { testScenarios } from "./sipp/suite.ts";

testScenarios("reliable ringing", RELIABLE_RINGING);
