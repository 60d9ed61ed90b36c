import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A field of tshark's dissection. */
export interface TsharkField {
  readonly name: string;
  /** Octets from the ISUP message type code on. */
  readonly offset: number;
  readonly length: number;
  /** As tshark shows it. */
  readonly value: string;
}

export type Signalling = "ITU" | "ANSI";

/** LINKTYPE_MTP3: a frame begins with the service information octet. */
const LINKTYPE_MTP3 = 141;

/** Service information octet (ISUP, national network), routing label, CIC 1: Q.704 §2.2, T1.111.4. */
const LABELS: Readonly<Record<Signalling, readonly number[]>> = {
  ITU: [0x85, 1, 0x40, 0, 0, 1, 0],
  ANSI: [0x85, 1, 2, 3, 4, 5, 6, 1, 1, 0],
};

const PDML_OCTETS_MAX = 1 << 30;

/** What tshark makes of ISUP messages: one run over all of them. */
export function dissect(
  messages: readonly Uint8Array[],
  signalling: Signalling,
): readonly (readonly TsharkField[])[] {
  const directory = mkdtempSync(join(tmpdir(), "tandem-tshark-"));
  try {
    const file = join(directory, "isup.pcap");
    writeFileSync(file, pcapOf(messages, LABELS[signalling]));
    const args = ["-n", "-r", file, "-T", "pdml", "-o", `mtp3.standard:${signalling}`];
    const run = spawnSync("tshark", args, { encoding: "latin1", maxBuffer: PDML_OCTETS_MAX });
    if (run.status !== 0) throw new Error(`tshark ended by ${run.status ?? run.signal ?? ""}: ${run.stderr}`);
    const packets = run.stdout.split("<packet>").slice(1);
    return packets.map((packet) => fieldsOf(packet, LABELS[signalling].length));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function pcapOf(messages: readonly Uint8Array[], label: readonly number[]): Buffer {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(0xffff, 16);
  header.writeUInt32LE(LINKTYPE_MTP3, 20);
  const frames = messages.flatMap((message) => {
    const frame = Buffer.from([...label, ...message]);
    const record = Buffer.alloc(16);
    record.writeUInt32LE(frame.length, 8);
    record.writeUInt32LE(frame.length, 12);
    return [record, frame];
  });
  return Buffer.concat([header, ...frames]);
}

const FIELD = /<field name="((?:isup|q931)\.[^"]*)"[^>]*? size="(\d+)" pos="(\d+)" show="([^"]*)"/g;

function fieldsOf(packet: string, labelOctets: number): readonly TsharkField[] {
  return [...packet.matchAll(FIELD)].map(([, name = "", size = "", pos = "", show = ""]) => ({
    name,
    offset: Number(pos) - labelOctets,
    length: Number(size),
    value: show,
  }));
}
