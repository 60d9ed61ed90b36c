/** What the measured programs share: a description to answer with, and their first and last words. */

export const DESCRIPTION = Buffer.from(
  ["v=0", "o=u 1 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0", "m=audio 6000 RTP/AVP 0"]
    .concat(["a=rtpmap:0 PCMU/8000", ""])
    .join("\r\n"),
);

/** How much of the process is V8's, since the rest comes back later: what is garbage waits for the next call. */
function memory() {
  const { heapUsed, heapTotal, external } = process.memoryUsage();
  const [used, total, outside] = [heapUsed, heapTotal, external].map((octets) =>
    Math.round(octets / 2 ** 20),
  );
  return `${used} of ${total} MiB of heap, ${outside} outside`;
}

/** Says that it is ready; at SIGUSR2 and at the end what the agent holds. */
export function reportOnStop(agent) {
  const held = () =>
    `${agent.dialogs} dialogs, ${agent.layer.serverTransactions} server and ` +
    `${agent.layer.clientTransactions} client transactions, ${agent.layer.timers.size} timers, ${memory()}`;
  process.on("SIGUSR2", () => console.log(`holds ${held()}`));
  process.on("SIGTERM", () => {
    console.log(`left with ${held()}`);
    process.exit(0);
  });
  console.log("ready");
}
