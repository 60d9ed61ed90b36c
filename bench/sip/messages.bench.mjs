/** Parse and serialise: messages per CPU-second and thread. `node --conditions=@tandem/source messages.bench.mjs [seconds]` */
import { CONTENDERS, used } from "./contenders.mjs";
import { loadMessages } from "./messages.mjs";

const TASKS = ["route", "full", "forward", "respond"];
const ROUNDS = 5;
/** Shares of a second for one task of one contender in one round. */
const roundMs = (Number(process.argv[2] ?? 0.6) * 1_000) | 0;
const BAR = 300_000;

const { name, messages } = loadMessages();

/** Only what all of them read: one that refuses a message would win by it. */
const common = messages.filter((message) =>
  CONTENDERS.every((contender) =>
    TASKS.every((task) => {
      try {
        contender[task]?.(message);
        return true;
      } catch {
        return false;
      }
    }),
  ),
);

function rate(run) {
  const before = process.cpuUsage();
  const end = performance.now() + roundMs;
  let count = 0;
  while (performance.now() < end) {
    for (const message of common) run(message);
    count += common.length;
  }
  const { user, system } = process.cpuUsage(before);
  return (count * 1e6) / (user + system);
}

const rates = new Map();
for (let round = 0; round < ROUNDS; round++)
  for (const contender of CONTENDERS)
    for (const task of TASKS) {
      const run = contender[task];
      if (run === undefined) continue;
      const key = `${contender.name} ${task}`;
      rates.set(key, [...(rates.get(key) ?? []), rate(run)]);
    }

const median = (values) => [...values].sort((one, other) => one - other)[values.length >> 1];
const shown = (contender, task) => {
  const values = rates.get(`${contender.name} ${task}`);
  return values === undefined ? "-" : Math.round(median(values)).toLocaleString("en");
};
console.log(
  `${common.length} of ${messages.length} messages of ${name}; Node ${process.version}; median of ${ROUNDS}`,
);
console.log(
  "| messages per CPU-second | index and route | full access | parse and forward | parse and respond |",
);
console.log("|---|---|---|---|---|");
for (const contender of CONTENDERS)
  console.log(`| ${contender.name} | ${TASKS.map((task) => shown(contender, task)).join(" | ")} |`);
const fastest = (task) =>
  Math.max(...CONTENDERS.slice(1).flatMap(({ name: other }) => median(rates.get(`${other} ${task}`) ?? [0])));
const ratios = TASKS.map((task) => (median(rates.get(`@tandem/sip ${task}`)) / fastest(task)).toFixed(2));
console.log(`| times the fastest other | ${ratios.join(" | ")} |`);
const ours = median(rates.get("@tandem/sip route"));
console.log(
  `\nbar for index and route, ${BAR.toLocaleString("en")}: ${ours >= BAR ? "met" : "missed"} (${used() & 1})`,
);
