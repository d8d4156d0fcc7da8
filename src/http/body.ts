import type { IncomingMessage } from "node:http";

/** A body of at most so many bytes. Null where it is too large: it is read to its end all the same, so that the sender hears the answer. */
export async function readBody(request: IncomingMessage, mostBytes: number): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= mostBytes) chunks.push(chunk);
    else chunks.length = 0;
  }
  return size <= mostBytes ? Buffer.concat(chunks) : null;
}
