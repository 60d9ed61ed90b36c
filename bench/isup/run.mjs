/** Decode and encode of an IAM with ten parameters, on one thread. `node bench/isup/run.mjs [SECONDS]` */
import { decodeIsup, hexOf, isupOctets, isupToJson, octetsOfHex } from "../../libs/isup/src/index.ts";

/** Five mandatory ones, and calling party, original called, redirection, hop counter and propagation delay. */
const IAM =
  "010020000a03020a088490332143658709" +
  "0a088413440217325406" +
  "280684149471100413022323" +
  "3d010f31020064" +
  "00";

const octets = octetsOfHex(IAM);
const decoded = decodeIsup(octets);
if (!decoded.ok) throw new TypeError(decoded.error.message);
const { parameters } = decoded.message;
const count = Object.keys(parameters).length;
if (count !== 10 || hexOf(isupOctets("IAM", parameters)) !== IAM) throw new TypeError(`${count} parameters`);

const seconds = Number(process.argv[2] ?? 2);
const results = {
  decode: perSecond(() => decodeIsup(octets)),
  encode: perSecond(() => isupOctets("IAM", parameters)),
  json: perSecond(() => isupToJson(decoded.message)),
};
process.stdout.write(`${JSON.stringify({ octets: octets.length, parameters: count, perSecond: results })}\n`);

/** The best of five runs: what else the machine does only makes one slower. */
function perSecond(work) {
  let best = 0;
  for (let run = 0; run < 5; run++) {
    const until = performance.now() + (seconds * 1_000) / 5;
    const from = performance.now();
    let done = 0;
    while (performance.now() < until) {
      for (let index = 0; index < 500; index++) work();
      done += 500;
    }
    best = Math.max(best, (done * 1_000) / (performance.now() - from));
  }
  return Math.round(best);
}
