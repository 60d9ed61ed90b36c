import { describe, expect, it } from "@jest/globals";
import type { HeaderField } from "../message/build-message.ts";
import type { SipRequest } from "../message/message.ts";
import { octetsOf, octetString } from "../message/octets.ts";
import { BOB, TwoAgents, type TwoAgentsOptions } from "../testing/two-agents.ts";
import type { Target } from "../transport/flow.ts";
import type { IncomingSubscription } from "./incoming-subscription.ts";
import type { Notifier } from "./notifier.ts";
import type { Subscription, SubscriptionListener } from "./subscription.ts";

const TARGET: Target = { listener: "udp", address: BOB, port: 5060 };
const TO_BOB = {
  requestUri: `sip:bob@${BOB}`,
  from: "<sip:alice@192.0.2.1>",
  to: `<sip:bob@${BOB}>`,
  target: TARGET,
};

describe("Replaces and Join (RFC 3891, RFC 3911)", () => {
  function replacing(
    options: TwoAgentsOptions,
    header: (ids: { callId: string; toTag: string; fromTag: string }) => HeaderField,
  ): TwoAgents {
    const two = new TwoAgents(options);
    const { bob } = two.establish();
    const { callId, localTag, remoteTag } = bob.dialog;
    two.invite({ headers: [header({ callId, toTag: localTag, fromTag: remoteTag })] });
    return two;
  }

  it("replaces a call that stands: the new one is accepted, the old one ends with BYE (RFC 3891 §3)", () => {
    const two = replacing({ bob: { replaces: true } }, ({ callId, toTag, fromTag }) => [
      "Replaces",
      `${callId};to-tag=${toTag};from-tag=${fromTag}`,
    ]);
    expect(two.incoming.replaced).toBeDefined();
    two.incoming.accept({ status: 200 });
    two.clock.advance(20);
    expect(two.trace.slice(1)).toEqual(["< 200 INVITE", "< BYE", "> ACK", "> 200 BYE"]);
    expect(two.bob.dialogs).toBe(1);
  });

  it.each<[string, string, number]>([
    ["a call that is not there", "nothing;to-tag=1;from-tag=2", 481],
    ["what cannot be read", "nothing", 400],
  ])("%s: %s is %i", (_what, value, status) => {
    const two = replacing({ bob: { replaces: true } }, () => ["Replaces", value]);
    expect(two.response(status, "INVITE")).toBeDefined();
  });

  it("answers 486 to early-only where the call is answered (RFC 3891 §3)", () => {
    const two = replacing({ bob: { replaces: true } }, ({ callId, toTag, fromTag }) => [
      "Replaces",
      `${callId};to-tag=${toTag};from-tag=${fromTag};early-only`,
    ]);
    expect(two.response(486, "INVITE")).toBeDefined();
  });

  it("is 420 where it is required and not wired, and ignored where it is not required", () => {
    const required = new TwoAgents();
    required.invite({
      headers: [
        ["Require", "replaces"],
        ["Replaces", "a;to-tag=1;from-tag=2"],
      ],
    });
    expect(required.response(420, "INVITE").header("unsupported")).toBe("replaces");
    const ignored = new TwoAgents();
    ignored.invite({ headers: [["Replaces", "a;to-tag=1;from-tag=2"]] });
    expect(ignored.incoming.finalStatus).toBeUndefined();
  });

  it("refuses Join: 488 for a call that stands, 481 for none (RFC 3911 §4)", () => {
    const known = replacing({}, ({ callId, toTag, fromTag }) => [
      "Join",
      `${callId};to-tag=${toTag};from-tag=${fromTag}`,
    ]);
    expect(known.response(488, "INVITE")).toBeDefined();
    const unknown = replacing({}, () => ["Join", "nothing;to-tag=1;from-tag=2"]);
    expect(unknown.response(481, "INVITE")).toBeDefined();
  });
});

it("SUBSCRIBE and REFER end at once where nothing is located", () => {
  const two = new TwoAgents();
  const nowhere = { ...TO_BOB, requestUri: "sip:nobody.invalid", target: undefined };
  const listener = { onNotify: () => undefined, onEnded: () => two.told.push("ended") };
  two.alice.subscribe({ ...nowhere, event: "presence", expiresS: 60 }, listener);
  two.alice.refer({ ...nowhere, referTo: "<sip:carol@192.0.2.3>" }, listener);
  expect(two.told).toEqual(["ended", "ended"]);
  expect(two.leftovers()).toBe(0);
});

describe("SUBSCRIBE and NOTIFY (RFC 6665)", () => {
  function subscribing(
    expiresS = 600,
    forMs = 20,
  ): {
    two: TwoAgents;
    notifiers: Notifier[];
    end: () => void;
    state: () => string;
  } {
    const notifiers: Notifier[] = [];
    const events = {
      presence: (subscription: IncomingSubscription): void => {
        const notifier = subscription.accept({
          state: "active",
          expiresMaxS: 3_600,
          expiresDefaultS: 3_600,
          content: () => ({ headers: [["Content-Type", "text/plain"]], body: octetsOf("here") }),
        });
        if (notifier !== undefined) notifiers.push(notifier);
      },
    };
    const two = new TwoAgents({ bobListens: { events } });
    const subscription = two.alice.subscribe(
      { ...TO_BOB, event: "presence", expiresS },
      {
        onNotify: (request, state) => two.told.push(`${state} ${octetString(request.body)}`),
        onEnded: (response) => two.told.push(`ended ${response?.status ?? ""}`.trim()),
      },
    );
    two.clock.advance(forMs);
    const end = (): void => {
      subscription.end();
    };
    return { two, notifiers, end, state: () => subscription.state };
  }

  it("make a dialog, notify at once and with each change (§4.2)", () => {
    const { two, notifiers } = subscribing();
    notifiers[0]?.notify();
    two.clock.advance(20);
    expect(two.trace).toEqual([
      "> SUBSCRIBE",
      "< 200 SUBSCRIBE",
      "< NOTIFY",
      "> 200 NOTIFY",
      "< NOTIFY",
      "> 200 NOTIFY",
    ]);
    expect(two.told).toEqual(["active here", "active here"]);
    expect(two.request("NOTIFY").header("subscription-state")).toBe("active;expires=600");
    expect([two.alice.dialogs, two.bob.dialogs, two.alice.pendingSubscriptions]).toEqual([1, 1, 1]);
  });

  it("are refreshed at the half of their time, and end with Expires: 0 and a last NOTIFY (§4.1.2.2, §4.1.2.3)", () => {
    const { two, end, state } = subscribing();
    two.mark();
    two.clock.advance(300_100);
    expect(two.trace).toEqual(["> SUBSCRIBE", "< 200 SUBSCRIBE", "< NOTIFY", "> 200 NOTIFY"]);
    two.mark();
    end();
    two.clock.advance(100);
    expect(two.request("SUBSCRIBE").header("expires")).toBe("0");
    expect(two.request("NOTIFY").header("subscription-state")).toBe("terminated;reason=timeout");
    expect([two.told.at(-1), state()]).toEqual(["ended", "terminated"]);
    expect(two.leftovers()).toBe(0);
  });

  it("expire on both sides where the subscriber is gone (§4.2.2)", () => {
    const { two, state } = subscribing(60);
    two.network.silence("192.0.2.1", 5060);
    two.network.silence(BOB, 5060);
    expect(two.leftovers()).toBe(0);
    expect(state()).toBe("terminated");
  });

  /** A NOTIFY of the fork with this tag, to what Alice subscribes to. */
  function notifyOf(subscribe: SipRequest, tag: string, state = "active;expires=60"): string {
    return [
      "NOTIFY sip:alice@192.0.2.1 SIP/2.0",
      `Via: SIP/2.0/UDP 192.0.2.1:5999;branch=z9hG4bK${tag}`,
      `From: <sip:bob@192.0.2.2>;tag=${tag}`,
      `To: <sip:alice@192.0.2.1>;tag=${subscribe.fromTag}`,
      `Call-ID: ${subscribe.callId}`,
      "CSeq: 1 NOTIFY",
      `Contact: <sip:${tag}@192.0.2.2>`,
      "Event: presence",
      `Subscription-State: ${state}`,
      "",
      "",
    ].join("\r\n");
  }

  /** Subscribed at somebody who does not answer; forks are listened to where `takesForks` says so, or by it. */
  function unanswered(takesForks: boolean | (() => SubscriptionListener)): {
    two: TwoAgents;
    forks: Subscription[];
    notify: (tag: string, state?: string) => void;
    end: () => void;
  } {
    const two = new TwoAgents();
    two.network.silence(BOB, 5060);
    const forks: Subscription[] = [];
    const listen = (name: string): SubscriptionListener => ({
      onNotify: (_request, state) => two.told.push(`${name} ${state}`),
      onEnded: () => two.told.push(`${name} ended`),
    });
    const onFork = (fork: Subscription): SubscriptionListener => listen(`fork ${forks.push(fork)}`);
    const subscription = two.alice.subscribe(
      { ...TO_BOB, event: "presence", expiresS: 60 },
      {
        ...listen("first"),
        ...(takesForks !== false && { onFork: takesForks === true ? onFork : takesForks }),
      },
    );
    const subscribe = two.request("SUBSCRIBE");
    const notify = (tag: string, state?: string): void => {
      two.inject(notifyOf(subscribe, tag, state), "192.0.2.1");
    };
    const end = (): void => {
      subscription.end();
    };
    return { two, forks, notify, end };
  }

  it("survive that the first NOTIFY overtakes the 200 (§4.4.1)", () => {
    const { two, notify } = unanswered(false);
    notify("early");
    expect(two.told).toEqual(["first active"]);
    expect(two.alice.dialogs).toBe(1);
  });

  it("of other forks are refused 481 where one alone is wanted (§5.4.9)", () => {
    const { two, notify } = unanswered(false);
    notify("one");
    notify("other");
    expect(two.response(481, "NOTIFY").fromTag).toBe("other");
    expect(two.alice.dialogs).toBe(1);
  });

  it("of other forks are subscriptions of their own, each with its dialog, until timer N (§4.1.2.4)", () => {
    const { two, forks, notify } = unanswered(true);
    notify("one");
    notify("two", "pending;expires=600");
    notify("three", "terminated");
    expect(two.told).toEqual(["first active", "fork 1 pending", "fork 2 terminated", "fork 2 ended"]);
    expect([two.alice.dialogs, forks.map(({ state }) => state)]).toEqual([2, ["pending", "terminated"]]);
    two.mark();
    forks[0]?.end();
    const last = two.request("SUBSCRIBE");
    expect([last.toTag, last.header("expires"), last.requestUriText]).toEqual([
      ...["two", "0", "sip:two@192.0.2.2"],
    ]);
    // One more than the first SUBSCRIBE, as the dialog goes on from it (RFC 3261 §12.2.1.1).
    expect(last.cseq?.sequenceNumber).toBe(2);
    two.clock.advance(32_000);
    notify("late");
    expect(two.response(481, "NOTIFY").fromTag).toBe("late");
    expect([forks.length, two.alice.pendingSubscriptions]).toEqual([2, 0]);
  });

  it("of a fork whose handler throws is 500, and touches no other (§4.1.2.4)", () => {
    const { two, notify } = unanswered(() => {
      throw new TypeError("no");
    });
    notify("one");
    notify("two");
    expect(two.response(500, "NOTIFY").fromTag).toBe("two");
    expect(two.leftovers()).toBe(0);
    expect(two.told.filter((line) => line.startsWith("first"))).toEqual(["first active", "first ended"]);
  });

  it("of a resource that is asked once come from each fork, though the first is over (§4.4.3)", () => {
    const { two, notify } = unanswered(true);
    notify("one", "terminated;reason=timeout");
    notify("two", "terminated;reason=timeout");
    expect(two.told).toEqual(["first terminated", "first ended", "fork 1 terminated", "fork 1 ended"]);
    expect(two.alice.dialogs).toBe(0);
    expect(two.leftovers()).toBe(0);
  });

  it("of forks are no more than a proxy could ask, and none where the subscriber has left (§4.1.2.4)", () => {
    const many = unanswered(true);
    for (let count = 0; count < 40; count++) many.notify(`fork${count}`);
    expect([many.forks.length, many.two.alice.dialogs]).toEqual([32, 33]);
    expect(many.two.leftovers()).toBe(0);
    const { two, forks, notify, end } = unanswered(true);
    end();
    notify("one");
    expect(two.response(481, "NOTIFY").fromTag).toBe("one");
    expect([forks, two.alice.dialogs]).toEqual([[], 0]);
    two.clock.advance(32_000);
    expect(two.told.at(-1)).toBe("first ended");
  });

  it("end also where that is said before the 2xx: SUBSCRIBE with Expires: 0 follows it (§4.1.2.3)", () => {
    const { two, end, state } = subscribing(600, 0);
    end();
    two.clock.advance(100);
    expect(two.trace.filter((line) => line.endsWith(" SUBSCRIBE"))).toEqual([
      ...["> SUBSCRIBE", "< 200 SUBSCRIBE", "> SUBSCRIBE", "< 200 SUBSCRIBE"],
    ]);
    expect([two.told.at(-1), state(), two.bob.dialogs]).toEqual(["ended", "terminated", 0]);
    expect(two.leftovers()).toBe(0);
  });

  it("of a package that is not wired is 489 with those that are (§7.3)", () => {
    const { two } = subscribing();
    const told: string[] = [];
    two.alice.subscribe(
      { ...TO_BOB, event: "dialog", expiresS: 60 },
      {
        onNotify: () => undefined,
        onEnded: (response) => told.push(`${response?.status} ${response?.header("allow-events")}`),
      },
    );
    two.clock.advance(20);
    expect(told).toEqual(["489 presence"]);
  });

  it("is 405 where no package is wired, and a NOTIFY of no subscription 481 (§4.1.3)", () => {
    const two = new TwoAgents();
    two.alice.subscribe(
      { ...TO_BOB, event: "presence", expiresS: 60 },
      { onNotify: () => undefined, onEnded: (response) => two.told.push(`${response?.status}`) },
    );
    two.clock.advance(20);
    expect(two.told).toContain("405");
    const other = new TwoAgents();
    const { alice } = other.establish();
    alice.send(
      "NOTIFY",
      {
        headers: [
          ["Event", "presence"],
          ["Subscription-State", "active"],
        ],
      },
      (response) => other.told.push(`${response?.status}`),
    );
    other.clock.advance(20);
    expect(other.told).toEqual(["481"]);
  });

  it.each<[string, boolean, string, string]>([
    ["no package is wired", false, "presence", "405"],
    ["its package is not wired", true, "dialog", "489"],
    ["there is no such subscription to refresh", true, "presence", "481"],
  ])("in a call is refused where %s (§4.2.1.1, §7.3)", (_where, isWired, event, status) => {
    const events = { presence: (): void => undefined };
    const two = new TwoAgents(isWired ? { bobListens: { events } } : {});
    const { alice } = two.establish();
    const told: (string | undefined)[] = [];
    alice.send("SUBSCRIBE", { headers: [["Event", event]] }, (response) => {
      told.push(`${response?.status}`, response?.header("allow-events"));
    });
    two.clock.advance(20);
    expect(told).toEqual([status, status === "489" ? "presence" : undefined]);
    if (status === "405") expect(two.response(405, "SUBSCRIBE").list("allow")).not.toContain("SUBSCRIBE");
  });
});
