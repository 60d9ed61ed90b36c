import { CALLS } from "./sipp/calls.ts";
import { testScenarios } from "./sipp/suite.ts";

testScenarios("calls as carriers place them", CALLS);
