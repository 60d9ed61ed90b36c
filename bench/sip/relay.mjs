/** A relay on the library, one leg for the caller and one for the callee. `node relay.mjs PORT CALLEE-PORT` */
import { UserAgent } from "@tandem/sip";
import { systemClock as clock, systemRandom as random, UdpTransport } from "@tandem/sip/node";
import { reportOnStop } from "./programs.mjs";

const [port, calleePort] = process.argv.slice(2).map(Number);
const udp = await UdpTransport.open({ id: "udp", address: "127.0.0.1", port });
const target = { listener: "udp", address: "127.0.0.1", port: calleePort };
const headers = [["Content-Type", "application/sdp"]];
const parts = {
  requestUri: `sip:6000@127.0.0.1:${calleePort}`,
  from: `<sip:relay@127.0.0.1:${port}>`,
  to: `<sip:6000@127.0.0.1:${calleePort}>`,
  target,
  headers,
};
const ignore = () => undefined;

/** One call with its two legs: `session` towards the caller, `call` towards the callee. */
class Relayed {
  constructor(session) {
    this.session = session;
    this.call = agent.invite({ ...parts, body: session.request.body }, new CalleeLeg(this));
    session.listener = new CallerLeg(this);
  }
}

class Leg {
  constructor(relayed) {
    this.relayed = relayed;
  }
  onAck() {}
  onAckTimeout() {}
  onResponseLost() {}
}

class CallerLeg extends Leg {
  onBye(_request, respond) {
    respond({ status: 200 });
    this.relayed.call.usage?.bye({}, ignore);
  }
  onCancel(_request, respond) {
    respond({ status: 200 });
    this.relayed.session.reject({ status: 487 });
    this.relayed.call.cancel();
  }
}

class CalleeLeg extends Leg {
  onProvisional({ status }) {
    if (status > 100) this.relayed.session.progress({ status });
  }
  onAccepted({ body }) {
    this.relayed.answered = this.relayed.session.accept({ status: 200, headers, body });
  }
  onRejected({ status }) {
    this.relayed.session.reject({ status });
  }
  onFailed() {
    this.relayed.session.reject({ status: 503 });
  }
  onBye(_request, respond) {
    respond({ status: 200 });
    this.relayed.answered?.bye({}, ignore);
  }
}

const agent = new UserAgent(
  { clock, random, transports: [udp], locate: (host) => host, accept: ["application/sdp"] },
  {
    admit: () => undefined,
    onRefused: (...reason) => console.error(...reason),
    onInvite: (session) => new Relayed(session),
  },
);
reportOnStop(agent);
