import { describe, expect, it } from "@jest/globals";
import type { Ignored } from "../machine-step.ts";
import { unlistedPairs, type WalkedPair } from "../testing/machine-table.ts";
import {
  INVITE_CLIENT_IGNORED,
  startInviteClient,
  stepInviteClient,
  type InviteClientInput,
  type InviteClientState,
} from "./invite-client-machine.ts";
import {
  INVITE_SERVER_IGNORED,
  INVITE_SERVER_START,
  stepInviteServer,
  type InviteServerInput,
  type InviteServerState,
} from "./invite-server-machine.ts";
import type { Output, Step } from "./machine.ts";
import {
  NON_INVITE_CLIENT_IGNORED,
  startNonInviteClient,
  stepNonInviteClient,
  type NonInviteClientInput,
  type NonInviteClientState,
} from "./non-invite-client-machine.ts";
import {
  NON_INVITE_SERVER_IGNORED,
  NON_INVITE_SERVER_START,
  stepNonInviteServer,
  type NonInviteServerInput,
  type NonInviteServerState,
} from "./non-invite-server-machine.ts";

/**
 * One cell: `next state: what is done; timers that run afterwards`. A timer the input starts is written with its
 * milliseconds; "-" is a pair the clause ignores. Two cells: over UDP, over a reliable transport.
 */
type Cell = string | readonly [unreliable: string, reliable: string];

interface Row<Input extends string, State> {
  readonly state: State;
  /** Timers that run in that state, over UDP and over a reliable transport. */
  readonly running: readonly [unreliable: string, reliable: string];
  /** Every input there is: a missing one does not compile. */
  readonly cells: Readonly<Record<Input, Cell>>;
}

const IGNORED = "-";

/** Result of a step in the notation of a cell. A timer that fired does not run any more. */
function cellOf<State extends { readonly name: string }>(
  before: State,
  running: string,
  input: string,
  step: Step<State>,
): string {
  const timers = new Set(running.split(" ").filter((name) => name !== ""));
  if (input.startsWith("timer ")) timers.delete(input.slice("timer ".length));
  const done: string[] = [];
  for (const output of step.outputs) {
    if (output.type === "start") timers.add(`${output.timer}=${output.afterMs}`);
    else if (output.type === "stop") timers.delete(output.timer);
    else done.push(output.type);
  }
  const isSame = step.state.name === before.name && done.length === 0 && step.outputs.length === 0;
  if (isSame) return IGNORED;
  return `${step.state.name}: ${done.join(" ")}; ${[...timers].sort().join(" ")}`.trim();
}

function walk<State extends { readonly name: string }, Input extends string>(
  step: (state: State, input: Input, isReliable: boolean) => Step<State>,
  rows: readonly Row<Input, State>[],
  ignored: Ignored<State["name"], Input>,
): void {
  it("ignores what it lists, each pair with its clause", () => {
    const pairs = rows.flatMap(({ state, cells }) =>
      (Object.keys(cells) as Input[]).flatMap((input) =>
        [false, true].map((isReliable): WalkedPair => {
          return [state.name, input, cellOf(state, "", input, step(state, input, isReliable)) === IGNORED];
        }),
      ),
    );
    expect(unlistedPairs(pairs, ignored)).toEqual([]);
  });
  for (const { state, running, cells } of rows) {
    for (const input of Object.keys(cells) as Input[]) {
      for (const isReliable of [false, true]) {
        const cell = cells[input];
        const expected = typeof cell === "string" ? cell : cell[isReliable ? 1 : 0];
        it(`${state.name}, ${input}, ${isReliable ? "reliable" : "UDP"} → ${expected}`, () => {
          const actual = step(state, input, isReliable);
          expect(cellOf(state, running[isReliable ? 1 : 0], input, actual)).toBe(expected);
        });
      }
    }
  }
}

const outputsOf = (outputs: readonly Output[]): string[] =>
  outputs.map((output) => (output.type === "start" ? `${output.timer}=${output.afterMs}` : output.type));

describe("INVITE client transaction (RFC 3261 §17.1.1, RFC 6026 §7.2)", () => {
  const nothing = { "timer A": IGNORED, "timer B": IGNORED, "timer D": IGNORED, "timer M": IGNORED };
  const terminated: Row<InviteClientInput, InviteClientState>["cells"] = {
    ...nothing,
    "1xx": IGNORED,
    "2xx": IGNORED,
    "300-699": IGNORED,
    "transport error": IGNORED,
    cancel: IGNORED,
    "timer cancel": IGNORED,
  };
  const rejected = ["Completed: ack pass; D=32000", "Terminated: ack pass;"] as const;

  it("starts by sending, with timers A and B; over a reliable transport without A (§17.1.1.2)", () => {
    expect(startInviteClient(false).state.name).toBe("Calling");
    expect(outputsOf(startInviteClient(false).outputs)).toEqual(["send", "A=500", "B=32000"]);
    expect(outputsOf(startInviteClient(true).outputs)).toEqual(["send", "B=32000"]);
  });

  walk<InviteClientState, InviteClientInput>(
    stepInviteClient,
    [
      {
        state: { name: "Calling", aMs: 500 },
        running: ["A B", "B"],
        cells: {
          ...terminated,
          "1xx": "Proceeding: pass;",
          "2xx": "Accepted: pass; M=32000",
          "300-699": rejected,
          // Timer A doubles each time; it does not run over a reliable transport.
          "timer A": "Calling: send; A=1000 B",
          "timer B": "Terminated: timeout;",
          "transport error": "Terminated: transportError;",
        },
      },
      {
        state: { name: "Proceeding", aMs: 0 },
        running: ["", ""],
        cells: {
          ...terminated,
          "1xx": "Proceeding: pass;",
          "2xx": "Accepted: pass; M=32000",
          "300-699": rejected,
          "transport error": "Terminated: transportError;",
          // §9.1: 64·T1 after a CANCEL the INVITE is taken for cancelled.
          cancel: "Proceeding: ; cancel=32000",
          "timer cancel": "Terminated: timeout;",
        },
      },
      {
        state: { name: "Proceeding", aMs: 0 },
        running: ["cancel", "cancel"],
        cells: {
          ...terminated,
          "1xx": "Proceeding: pass; cancel",
          "2xx": "Accepted: pass; M=32000",
          "300-699": rejected,
          "transport error": "Terminated: transportError;",
          cancel: "Proceeding: ; cancel cancel=32000",
          "timer cancel": "Terminated: timeout;",
        },
      },
      {
        state: { name: "Completed", aMs: 0 },
        running: ["D", ""],
        cells: {
          ...terminated,
          "300-699": ["Completed: ack; D", "Completed: ack;"],
          "timer D": "Terminated: ;",
          "transport error": "Terminated: transportError;",
        },
      },
      {
        state: { name: "Accepted", aMs: 0 },
        running: ["M", "M"],
        cells: { ...terminated, "2xx": "Accepted: pass; M", "timer M": "Terminated: ;" },
      },
      { state: { name: "Terminated", aMs: 0 }, running: ["", ""], cells: terminated },
    ],
    INVITE_CLIENT_IGNORED,
  );
});

describe("non-INVITE client transaction (RFC 3261 §17.1.2)", () => {
  const terminated: Row<NonInviteClientInput, NonInviteClientState>["cells"] = {
    "1xx": IGNORED,
    "200-699": IGNORED,
    "timer E": IGNORED,
    "timer F": IGNORED,
    "timer K": IGNORED,
    "transport error": IGNORED,
  };
  const final = ["Completed: pass; K=5000", "Terminated: pass;"] as const;

  it("starts by sending, with timers E and F; over a reliable transport without E (§17.1.2.2)", () => {
    expect(startNonInviteClient(false).state.name).toBe("Trying");
    expect(outputsOf(startNonInviteClient(false).outputs)).toEqual(["send", "E=500", "F=32000"]);
    expect(outputsOf(startNonInviteClient(true).outputs)).toEqual(["send", "F=32000"]);
  });

  it("sends after 0.5, 1, 2, 4, 4 s in Trying: timer E doubles up to T2", () => {
    let state = startNonInviteClient(false).state;
    const intervals: string[] = [];
    for (let fired = 0; fired < 5; fired++) {
      const step = stepNonInviteClient(state, "timer E", false);
      intervals.push(...outputsOf(step.outputs).filter((output) => output !== "send"));
      ({ state } = step);
    }
    expect(intervals).toEqual(["E=1000", "E=2000", "E=4000", "E=4000", "E=4000"]);
  });

  walk<NonInviteClientState, NonInviteClientInput>(
    stepNonInviteClient,
    [
      {
        state: { name: "Trying", eMs: 500 },
        running: ["E F", "F"],
        cells: {
          ...terminated,
          "1xx": ["Proceeding: pass; E F", "Proceeding: pass; F"],
          "200-699": final,
          "timer E": "Trying: send; E=1000 F",
          "timer F": "Terminated: timeout;",
          "transport error": "Terminated: transportError;",
        },
      },
      {
        state: { name: "Proceeding", eMs: 500 },
        running: ["E F", "F"],
        cells: {
          ...terminated,
          "1xx": ["Proceeding: pass; E F", "Proceeding: pass; F"],
          "200-699": final,
          "timer E": "Proceeding: send; E=4000 F",
          "timer F": "Terminated: timeout;",
          "transport error": "Terminated: transportError;",
        },
      },
      {
        state: { name: "Completed", eMs: 0 },
        running: ["K", ""],
        cells: { ...terminated, "timer K": "Terminated: ;" },
      },
      { state: { name: "Terminated", eMs: 0 }, running: ["", ""], cells: terminated },
    ],
    NON_INVITE_CLIENT_IGNORED,
  );
});

describe("INVITE server transaction (RFC 3261 §17.2.1, RFC 6026 §7.1)", () => {
  const terminated: Row<InviteServerInput, InviteServerState>["cells"] = {
    INVITE: IGNORED,
    ACK: IGNORED,
    "1xx": IGNORED,
    "2xx": IGNORED,
    "300-699": IGNORED,
    unanswered: IGNORED,
    "timer 100": IGNORED,
    "timer G": IGNORED,
    "timer H": IGNORED,
    "timer I": IGNORED,
    "timer L": IGNORED,
    "transport error": IGNORED,
  };
  const proceeding: typeof terminated = {
    ...terminated,
    "1xx": "Proceeding: send;",
    "2xx": "Accepted: send; L=32000",
    "300-699": ["Completed: send; G=500 H=32000", "Completed: send; H=32000"],
    "transport error": "Proceeding: transportError;",
  };
  const state = (name: InviteServerState["name"], hasResponse = true): InviteServerState => ({
    name,
    gMs: 500,
    hasResponse,
  });

  it("starts in Proceeding without a response", () => {
    expect(INVITE_SERVER_START).toEqual({ name: "Proceeding", gMs: 500, hasResponse: false });
  });

  it("sends a final ≥ 300 after 0.5, 1, 2, 4, 4 s: timer G doubles up to T2", () => {
    let completed = stepInviteServer(INVITE_SERVER_START, "300-699", false).state;
    const intervals: string[] = [];
    for (let fired = 0; fired < 5; fired++) {
      const step = stepInviteServer(completed, "timer G", false);
      intervals.push(...outputsOf(step.outputs).filter((output) => output !== "send"));
      completed = step.state;
    }
    expect(intervals).toEqual(["G=1000", "G=2000", "G=4000", "G=4000", "G=4000"]);
  });

  walk<InviteServerState, InviteServerInput>(
    stepInviteServer,
    [
      {
        // Nothing to repeat yet: the retransmitted INVITE is absorbed. 200 ms of silence are followed by a 100.
        state: state("Proceeding", false),
        running: ["100", "100"],
        cells: {
          ...proceeding,
          unanswered: "Proceeding: ; 100 100=200",
          "timer 100": "Proceeding: trying;",
          "transport error": "Proceeding: transportError; 100",
        },
      },
      {
        state: state("Proceeding"),
        running: ["", ""],
        cells: { ...proceeding, INVITE: "Proceeding: send;" },
      },
      {
        state: state("Completed"),
        running: ["G H", "H"],
        cells: {
          ...terminated,
          INVITE: ["Completed: send; G H", "Completed: send; H"],
          ACK: ["Confirmed: ; I=5000", "Terminated: ;"],
          "timer G": "Completed: send; G=1000 H",
          "timer H": "Terminated: timeout;",
          "transport error": ["Completed: transportError; G H", "Completed: transportError; H"],
        },
      },
      {
        state: state("Confirmed"),
        running: ["I", ""],
        cells: { ...terminated, "timer I": "Terminated: ;" },
      },
      {
        state: state("Accepted"),
        running: ["L", "L"],
        cells: {
          ...terminated,
          ACK: "Accepted: pass; L",
          "2xx": "Accepted: send; L",
          "timer L": "Terminated: ;",
          "transport error": "Accepted: transportError; L",
        },
      },
      { state: state("Terminated"), running: ["", ""], cells: terminated },
    ],
    INVITE_SERVER_IGNORED,
  );
});

describe("non-INVITE server transaction (RFC 3261 §17.2.2, RFC 4320)", () => {
  const terminated: Row<NonInviteServerInput, NonInviteServerState>["cells"] = {
    request: IGNORED,
    "100": IGNORED,
    "200-699": IGNORED,
    unanswered: IGNORED,
    "timer 100": IGNORED,
    "timer expiry": IGNORED,
    "timer J": IGNORED,
    "transport error": IGNORED,
  };
  const final = ["Completed: send; J=32000", "Terminated: send;"] as const;
  const error = "Terminated: transportError;";

  it("starts in Trying", () => {
    expect(NON_INVITE_SERVER_START).toEqual({ name: "Trying" });
  });

  walk<NonInviteServerState, NonInviteServerInput>(
    stepNonInviteServer,
    [
      {
        state: { name: "Trying" },
        running: ["100 expiry", "100 expiry"],
        cells: {
          ...terminated,
          // RFC 4320 §4.1: over UDP the user's own 100 would come too early; the transaction's comes after 3.5 s.
          "100": [IGNORED, "Proceeding: send; 100 expiry"],
          "200-699": final,
          unanswered: "Trying: ; 100 100=3500 expiry expiry=32000",
          "timer 100": "Proceeding: trying; expiry",
          // §4.2: the client has given up by now, and no final response is sent.
          "timer expiry": "Terminated: timeout;",
          "transport error": error,
        },
      },
      {
        state: { name: "Proceeding" },
        running: ["expiry", "expiry"],
        cells: {
          ...terminated,
          request: "Proceeding: send; expiry",
          "100": [IGNORED, "Proceeding: send; expiry"],
          "200-699": final,
          unanswered: "Proceeding: ; 100=3500 expiry expiry=32000",
          "timer expiry": "Terminated: timeout;",
          "transport error": error,
        },
      },
      {
        state: { name: "Completed" },
        running: ["J", ""],
        cells: {
          ...terminated,
          request: ["Completed: send; J", "Completed: send;"],
          "timer J": "Terminated: ;",
          "transport error": error,
        },
      },
      { state: { name: "Terminated" }, running: ["", ""], cells: terminated },
    ],
    NON_INVITE_SERVER_IGNORED,
  );
});
