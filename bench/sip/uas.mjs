/** A UAS on the library that takes every call: 180, 200 with a description, 200 to BYE. `node uas.mjs PORT` */
import { UserAgent } from "@tandem/sip";
import { systemClock as clock, systemRandom as random, UdpTransport } from "@tandem/sip/node";
import { DESCRIPTION, reportOnStop } from "./programs.mjs";

const udp = await UdpTransport.open({ id: "udp", address: "127.0.0.1", port: Number(process.argv[2]) });
const answer = { status: 200, headers: [["Content-Type", "application/sdp"]], body: DESCRIPTION };
const ok = (_request, respond) => respond({ status: 200 });
const call = { onAck() {}, onAckTimeout() {}, onBye: ok, onCancel: ok, onResponseLost() {} };
const agent = new UserAgent(
  { clock, random, transports: [udp], locate: (host) => host, accept: ["application/sdp"] },
  {
    admit: () => undefined,
    onRefused: (...reason) => console.error(...reason),
    onInvite: (session) => {
      session.listener = call;
      session.progress({ status: 180 });
      session.accept(answer);
    },
  },
);
reportOnStop(agent);
