const LINE_FEED = 0x0a;

type Octets = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** All octets of a stream; undefined where there are more than `octetsMax`. */
export async function readAll(stream: Octets, octetsMax: number): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > octetsMax) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The lines of a stream, ended by LF or CRLF alone; undefined in the place of one longer than `octetsMax`. */
export async function* linesOf(stream: Octets, octetsMax: number): AsyncGenerator<string | undefined> {
  let begun: Uint8Array[] = [];
  let size = 0;
  const take = (): string | undefined => {
    const line = size > octetsMax ? undefined : Buffer.concat(begun).toString("utf8").replace(/\r$/, "");
    begun = [];
    size = 0;
    return line;
  };
  const add = (part: Uint8Array): void => {
    size += part.length;
    if (size <= octetsMax) begun.push(part);
    else begun = [];
  };
  for await (const chunk of stream) {
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, start)) {
      add(chunk.subarray(start, end));
      yield take();
      start = end + 1;
    }
    add(chunk.subarray(start));
  }
  if (size > 0) yield take();
}
