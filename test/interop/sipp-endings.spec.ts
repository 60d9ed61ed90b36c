import { ENDINGS } from "./sipp/endings.ts";
import { testScenarios } from "./sipp/suite.ts";

testScenarios("ends of calls", ENDINGS);
