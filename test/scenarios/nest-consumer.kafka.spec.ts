import type { INestMicroservice } from "@nestjs/common";
import { Controller } from "@nestjs/common";
import { Ctx, EventPattern, KafkaContext, Payload, Transport } from "@nestjs/microservices";
import type { KafkaOptions } from "@nestjs/microservices";
import { Test } from "@nestjs/testing";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { readEvent, topicsOf } from "@tandem/call-events";
import type { CallAnswered, CallIncoming, CallReleased, TandemEvent } from "@tandem/call-events";
import { removeEdges, startEdge } from "../helpers/edge.ts";
import type { TestBroker } from "../helpers/kafka.ts";
import { announceSkippedKafka, HAS_KAFKA, removeBroker, startBroker } from "../helpers/kafka.ts";
import { runSipp } from "../helpers/sipp.ts";

announceSkippedKafka("nest-consumer.kafka.spec.ts");

const PREFIX = "nest";
const TOPIC = topicsOf(PREFIX).callEvents;
const SEEN_MS = 30_000;

/** As an application would keep it: what it knows of a call, from the events alone. */
interface SeenCall {
  incoming?: CallIncoming;
  answered?: CallAnswered;
  released?: CallReleased;
  readonly sequences: (number | undefined)[];
}

const seen = new Map<string, SeenCall>();
const unread: string[] = [];

/** The topic is the pattern; which event it is says `ce_type`, which `readEvent` turns into a type. */
@Controller()
class CallEventsController {
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-arguments -- without it a typed context does not compile
  @EventPattern<string>(TOPIC)
  onEvent(@Payload() value: unknown, @Ctx() context: KafkaContext): void {
    const read = readEvent({ headers: context.getMessage().headers, value });
    if (read.ok) keep(read.event);
    else unread.push(read.error.message);
  }
}

function keep(event: TandemEvent): void {
  const call = seen.get(event.subject) ?? { sequences: [] };
  seen.set(event.subject, call);
  call.sequences.push(event.sequence);
  switch (event.type) {
    case "tandem.call.incoming.v1":
      call.incoming = event.data;
      break;
    case "tandem.call.answered.v1":
      call.answered = event.data;
      break;
    case "tandem.call.released.v1":
      call.released = event.data;
      break;
    default:
      break;
  }
}

(HAS_KAFKA ? describe : describe.skip)("a Nest Kafka microservice", () => {
  let broker: TestBroker;
  let service: INestMicroservice | undefined;

  beforeAll(async () => {
    broker = await startBroker();
  }, 120_000);

  afterAll(async () => {
    await service?.close();
    await removeEdges();
    await removeBroker(broker);
  }, 60_000);

  it("consumes the topic of call events with the generated types and sees a SIP-T call", async () => {
    // The edge makes the topic; ServerKafka cannot listen before it is there.
    const edge = await startEdge({ node: PREFIX, kafka: { brokers: [broker.address], topicPrefix: PREFIX } });
    await edge.until(({ kafka }) => kafka?.state === "delivering", SEEN_MS);
    const module = await Test.createTestingModule({ controllers: [CallEventsController] }).compile();
    service = module.createNestMicroservice<KafkaOptions>({
      logger: false,
      transport: Transport.KAFKA,
      options: {
        client: { brokers: [broker.address], clientId: "crm" },
        consumer: { groupId: "crm", maxWaitTimeInMs: 100 },
        subscribe: { fromBeginning: true },
        // Values as octets: the transport would decode them, and guess at JSON.
        parser: { keepBinary: true },
      },
    });
    await service.listen();
    const target = `${edge.address}:${edge.port}`;
    const sipp = await runSipp({ scenario: "sip-t-call.xml", target, calls: 1, rate: 1, holdMs: 200 });
    expect(sipp).toMatchObject({ successful: 1, failed: 0 });
    const isOver = (): boolean => [...seen.values()].some(({ released }) => released !== undefined);
    for (const deadline = Date.now() + SEEN_MS; !isOver() && Date.now() < deadline;)
      await new Promise((resolve) => setTimeout(resolve, 50));
    expect(unread).toEqual([]);
    expect(seen.size).toBe(1);
    const [call] = seen.values();
    expect(call?.sequences).toEqual([1, 2, 3, 4]);
    expect(call?.incoming).toMatchObject({
      called: { e164: "+493099900100" },
      calling: { e164: "+4989123456789" },
      isup: { messageType: "IAM" },
    });
    expect(call?.answered?.codec).toBe("PCMA");
    expect(call?.released?.cause.q850.value).toBe(16);
    expect(call?.released?.billableMs).toBeGreaterThanOrEqual(200);
    expect(await edge.stop()).toBe(0);
  }, 120_000);
});
