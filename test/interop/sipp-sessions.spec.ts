import { SESSIONS } from "./sipp/sessions.ts";
import { testScenarios } from "./sipp/suite.ts";

testScenarios("sessions that change", SESSIONS);
