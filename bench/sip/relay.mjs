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
const ok = (_request, respond) => respond({ status: 200 });
const ignore = () => undefined;
const common = { onAck: ignore, onAckTimeout: ignore, onCancel: ok, onResponseLost: ignore };
/** What is told of a leg whose other leg is given by `other`. */
const leg = (other) => ({
  ...common,
  onBye: (request, respond) => {
    ok(request, respond);
    other()?.bye({}, ignore);
  },
});
const agent = new UserAgent(
  { clock, random, transports: [udp], locate: (host) => host, accept: ["application/sdp"] },
  {
    admit: () => undefined,
    onRefused: (...reason) => console.error(...reason),
    onInvite: (session) => {
      let answered;
      const call = agent.invite(
        { ...parts, body: session.request.body },
        {
          ...leg(() => answered),
          onProvisional: ({ status }) => status > 100 && session.progress({ status }),
          onAccepted: ({ body }) => {
            answered = session.accept({ status: 200, headers, body });
          },
          onRejected: ({ status }) => session.reject({ status }),
          onFailed: () => session.reject({ status: 503 }),
        },
      );
      session.listener = {
        ...leg(() => call.usage),
        onCancel: (request, respond) => {
          ok(request, respond);
          session.reject({ status: 487 });
          call.cancel();
        },
      };
    },
  },
);
reportOnStop(agent);
