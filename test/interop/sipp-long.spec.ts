import { LONG } from "./sipp/long.ts";
import { testScenarios } from "./sipp/suite.ts";

testScenarios("long calls", LONG);
