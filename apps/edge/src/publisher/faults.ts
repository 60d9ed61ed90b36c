export type PublisherErrorCode =
  /** A topic does not exist and may not be made, or has fewer partitions than records were given. */
  | "topics-unfit"
  /** Kafka acknowledged a send without naming all that was sent. */
  | "not-acknowledged"
  | "no-answer";

/** A fault found by the publisher itself, beside those that kafkajs and the journal report. */
export class PublisherError extends Error {
  readonly code: PublisherErrorCode;

  constructor(code: PublisherErrorCode, message: string) {
    super(message);
    this.name = "PublisherError";
    this.code = code;
  }
}

/** Answers that say this very record or batch, not Kafka's state, is the fault (Kafka protocol error codes). */
const NEVER_TAKEN = new Set([
  "MESSAGE_TOO_LARGE",
  "RECORD_LIST_TOO_LARGE",
  "INVALID_RECORD",
  "INVALID_TIMESTAMP",
  "UNSUPPORTED_FOR_MESSAGE_FORMAT",
]);

/** Answers that say another producer with our transactional id has been initialised. */
const FENCING = new Set(["INVALID_PRODUCER_EPOCH", "PRODUCER_FENCED"]);

const CAUSES_MAX = 8;

/** kafkajs wraps the broker's answer in one or more errors of its own. */
function typesOf(error: unknown): string[] {
  const types: string[] = [];
  let current = error;
  for (let depth = 0; depth < CAUSES_MAX && typeof current === "object" && current !== null; depth += 1) {
    if ("type" in current && typeof current.type === "string") types.push(current.type);
    current = "cause" in current ? current.cause : undefined;
  }
  return types;
}

/** Which answer makes the batch impossible, or undefined when the same batch may pass another time. */
export function refusalOf(error: unknown): string | undefined {
  return typesOf(error).find((type) => NEVER_TAKEN.has(type));
}

/** Whether a broker answered at all, though with an error. */
export function isBrokerAnswer(error: unknown): boolean {
  return typesOf(error).length > 0;
}

export function isFencing(error: unknown): boolean {
  return typesOf(error).some((type) => FENCING.has(type));
}

export function describeFault(error: unknown): string {
  const message: unknown =
    typeof error === "object" && error !== null && "message" in error ? error.message : error;
  const [type] = typesOf(error);
  return type === undefined ? String(message) : `${type}: ${String(message)}`;
}
