import { IncomingCall, type AnswerPlan } from "../incoming-call.ts";
import { Ladder } from "../ladder.ts";
import { reportJson, reportLine } from "../report.ts";
import { OK, type Command } from "./command.ts";
import { aborted, endCalls, openEndpoint } from "./network.ts";
import { durationOf, numberOf, optionsOf, profileOf, usage } from "./options.ts";

const AFTER_MS = 1_000;

export const answer: Command = {
  summary: "takes calls",
  help: `tandem carrier answer --listen ADDRESS:PORT [OPTIONS]

Takes calls over UDP until SIGINT, and prints each message, with the ISUP inside in words.
ISUP answers ISUP: a caller who sends none gets none.
  --listen ADDRESS:PORT where to listen; port 0 is any free one
  --profile PROFILE     sip (never ISUP), sip-t, or sip-i (RLC in the 200 to BYE); sip-t by default
  --after TIME          ringing until the answer; 1s by default
  --reject STATUS       refuse with that status, 300 to 699, at once or --after a time
  --release-after TIME  BYE so long after the answer; without it the caller releases
  --media               send back the speech that is heard
  --quiet               no messages, only how each call ended
  --json                one JSON object for each call in the place of all else`,

  async run(args, terminal) {
    const values = optionsOf(args, {
      listen: { type: "string" },
      profile: { type: "string" },
      after: { type: "string" },
      reject: { type: "string" },
      "release-after": { type: "string" },
      media: { type: "boolean" },
      quiet: { type: "boolean" },
      json: { type: "boolean" },
    });
    if (values.listen === undefined) throw usage("--listen ADDRESS:PORT is missing");
    const rejectStatus = numberOf("--reject", values.reject, { least: 300, most: 699, isWhole: true });
    const plan: AnswerPlan = {
      profile: profileOf(values.profile),
      afterMs: durationOf("--after", values.after) ?? (rejectStatus === undefined ? AFTER_MS : 0),
      rejectStatus,
      releaseAfterMs: durationOf("--release-after", values["release-after"]),
      hasMedia: values.media === true,
    };
    const isPrinted = values.quiet !== true && values.json !== true;
    const ladder = isPrinted ? new Ladder(terminal.out, true) : undefined;
    const open = new Set<IncomingCall>();
    const endpoint = await openEndpoint(values.listen, "", {
      ladder,
      onInvite: (session, own) => {
        const taken = IncomingCall.take(session, own, plan);
        if (taken === undefined) return;
        open.add(taken);
        void taken.ended.then((report) => {
          open.delete(taken);
          if (values.json === true) terminal.out(reportJson(report));
          else if (ladder === undefined) terminal.out(`${report.from} → ${report.to}: ${reportLine(report)}`);
          else ladder.note(report.callId, reportLine(report));
        });
      },
    });
    terminal.err(`carrier: takes calls on ${endpoint.address}:${endpoint.port}`);
    await aborted(terminal.stop);
    await endCalls(open);
    await endpoint.close();
    return OK;
  },
};
