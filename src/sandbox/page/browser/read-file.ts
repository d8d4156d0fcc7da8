export interface ReadFile {
  readonly name: string;
  readonly mimetype: string;
  readonly base64: string;
}

/** https://docs.slack.dev/reference/block-kit/block-elements/file-input-element: 10 MB per file. */
const mostBytes = 10_000_000;

export async function readFile(file: File): Promise<ReadFile | { readonly error: string }> {
  if (file.size > mostBytes) return { error: `${file.name} is larger than 10 MB.` };
  const bytes = new Uint8Array(await file.arrayBuffer());
  let binary = "";
  for (let at = 0; at < bytes.length; at += 8192) binary += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return { name: file.name, mimetype: file.type || "application/octet-stream", base64: btoa(binary) };
}
