import { IN_CALL } from "./sipp/in-call.ts";
import { testScenarios } from "./sipp/suite.ts";

testScenarios("requests inside of calls", IN_CALL);
