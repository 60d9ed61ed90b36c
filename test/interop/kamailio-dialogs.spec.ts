import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { octetsOf, octetString, type Notifier, type SubscriptionListener } from "@tandem/sip";
import { Kamailio, stopKamailios } from "../helpers/kamailio.ts";
import { closeAgents, TestAgent, Told, type PlacedCall, type TakenCall } from "../helpers/sip-agent.ts";

const NUMBER = "+493099900100";

jest.setTimeout(20_000);

let proxy: Kamailio;
/** Over UDP, and over TCP on the far side of the proxy. */
let [near, far]: TestAgent[] = [];
let notifiers: Notifier[] = [];

beforeEach(async () => {
  notifiers = [];
  near = await TestAgent.open("UDP");
  const callee = await TestAgent.open("TCP", {
    events: {
      presence: (subscription) => {
        const notifier = subscription.accept({
          ...{ expiresMaxS: 600, expiresDefaultS: 600, state: "active" },
          content: () => ({ headers: [["Content-Type", "text/plain"]], body: octetsOf("here") }),
        });
        if (notifier !== undefined) notifiers.push(notifier);
      },
    },
  });
  far = callee;
  proxy = await Kamailio.start({
    config: "proxy.cfg",
    listen: ["udp", "tcp"],
    defines: ([, socket = ""]) => ({ FAR: socket, NEXT: `sip:127.0.0.1:${callee.port};transport=tcp` }),
  });
});

afterEach(async () => {
  await closeAgents();
  await stopKamailios();
});

/** Told what NOTIFYs say, `ended` at the end. */
function subscriber(): SubscriptionListener & { readonly told: Told } {
  const told = new Told();
  return {
    told,
    onNotify: (request, state) => {
      told.note(`${state} ${octetString(request.body).trim()}`.trim());
    },
    onEnded: (response) => {
      told.note(`ended ${response?.status ?? ""}`.trim());
    },
  };
}

async function establish(): Promise<readonly [PlacedCall, TakenCall]> {
  if (near === undefined || far === undefined) throw new TypeError("nobody is there");
  const call = near.call(NUMBER, proxy.ports[0] ?? 0);
  await call.told.hears("agreed");
  const taken = far.incoming;
  await taken.told.hears("ACK");
  return [call, taken];
}

describe("through Kamailio, from UDP to TCP", () => {
  it("re-INVITEs of both sides that meet are answered 491 and come again (RFC 3261 §14.1)", async () => {
    const [call, taken] = await establish();
    const both = [call.change("INVITE"), taken.change("INVITE")];
    expect(await Promise.all(both)).toEqual([200, 200]);
    const invites = proxy.requests(call.callId).filter((line) => line.endsWith(" INVITE"));
    expect(invites.length).toBeGreaterThanOrEqual(4);
    expect(await call.bye()).toBe(200);
  });

  it("a subscription's NOTIFYs and its end go by the route that its SUBSCRIBE has recorded (RFC 6665 §4.3)", async () => {
    const listener = subscriber();
    const requestUri = `sip:${NUMBER}@127.0.0.1:${proxy.ports[0]}`;
    const subscription = near?.agent.subscribe(
      {
        ...{
          requestUri,
          from: "<sip:a@home.example>",
          to: `<${requestUri}>`,
          event: "presence",
          expiresS: 600,
        },
        target: near.targetAt(proxy.ports[0] ?? 0),
      },
      listener,
    );
    await listener.told.hears("active here");
    notifiers[0]?.notify();
    await listener.told.hears("active here", 2);
    subscription?.end();
    await listener.told.hears("ended");
    expect(listener.told.lines).toEqual(["active here", "active here", "terminated here", "ended"]);
    await proxy.expectRequests(subscription?.dialog?.data.callId ?? "", [
      ...["> udp SUBSCRIBE", "< tcp NOTIFY", "< tcp NOTIFY"],
      ...["> udp SUBSCRIBE", "< tcp NOTIFY"],
    ]);
  });

  it("a reference is taken, and its NOTIFYs tell how it goes, beside the call (RFC 3515 §2.4)", async () => {
    const [call, taken] = await establish();
    const listener = subscriber();
    taken.usage.refer("<sip:carol@home.example>", {}, listener);
    await call.told.hears("REFER");
    const [refer] = call.refers;
    expect(refer?.referTo.uriText).toBe("sip:carol@home.example");
    refer?.accept();
    await listener.told.hears("active SIP/2.0 100 Trying");
    refer?.report(200);
    await listener.told.hears("ended");
    expect(listener.told.lines.at(-2)).toBe("terminated SIP/2.0 200 OK");
    expect(await taken.bye()).toBe(200);
    await proxy.expectRequests(call.callId, [
      ...["> udp INVITE", "> udp ACK"],
      ...["< tcp REFER", "> udp NOTIFY", "> udp NOTIFY", "< tcp BYE"],
    ]);
  });
});

describe("through Kamailio, which hides each side from the other (topoh)", () => {
  it("Contact, Route and Call-ID are opaque, and given back as they came, both ways (RFC 3261 §12.2.1.1)", async () => {
    const [caller, callee] = [await TestAgent.open("UDP"), await TestAgent.open("UDP")];
    const hiding = await Kamailio.start({
      config: "proxy.cfg",
      listen: ["udp", "udp"],
      defines: ([, socket = ""]) => ({
        ...{ FAR: socket, NEXT: `sip:127.0.0.1:${callee.port}` },
        HIDDEN: true,
      }),
    });
    const call = caller.call(NUMBER, hiding.ports[0] ?? 0);
    await call.told.hears("agreed");
    const taken = callee.incoming;
    await taken.told.hears("ACK");
    expect(taken.callId).not.toBe(call.callId);
    for (const { remoteTarget } of [call.usage.dialog, taken.usage.dialog])
      expect(remoteTarget).toMatch(/^sip:127\.0\.0\.8;line=/);
    for (const side of [call, taken]) {
      side.isHolding = true;
      expect(await side.change("INVITE")).toBe(200);
      side.isHolding = false;
      expect(await side.change("UPDATE")).toBe(200);
    }
    expect(await taken.bye()).toBe(200);
    await call.told.hears("BYE");
  });
});

describe("through Kamailio, which wants sessions to expire after ten minutes or later (sst, RFC 4028 §8)", () => {
  const sessionTimer = { sessionExpiresS: 300, minSeS: 90 };

  it.each([
    [
      "asks for less comes again with its Min-SE after 422, and refreshes itself (§7.3)",
      { sessionTimer },
      "uac",
    ],
    [
      "knows no timers is refreshed by the called side, for the interval that the proxy asks for (§9)",
      {},
      "uas",
    ],
  ] as const)("a caller who %s", async (_what, options, refresher) => {
    const [caller, callee] = [
      await TestAgent.open("UDP", options),
      await TestAgent.open("UDP", { sessionTimer }),
    ];
    const expiring = await Kamailio.start({
      config: "proxy.cfg",
      listen: ["udp"],
      defines: () => ({ MIN_SE: 600, NEXT: `sip:127.0.0.1:${callee.port}` }),
    });
    const call = caller.call(NUMBER, expiring.ports[0] ?? 0);
    await call.told.hears("agreed");
    expect(call.answer?.header("session-expires")).toBe(`600;refresher=${refresher}`);
    expect(callee.taken).toHaveLength(1);
    expect(await call.bye()).toBe(200);
  });
});
