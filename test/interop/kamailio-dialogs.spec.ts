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
