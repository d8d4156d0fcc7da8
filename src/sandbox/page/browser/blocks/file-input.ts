import type { VNode } from "preact";
import { html } from "../html.ts";
import { icon } from "../icons.ts";
import { numberAt, objectsAt, stringAt, stringsAt } from "../json.ts";
import { readFile } from "../read-file.ts";
import { useSession } from "../session.ts";
import type { ElementProps } from "./element.ts";
import { useForm } from "./form-scope.ts";

/** Files to hand in with a modal; they travel with its submission. */
export function FileInput({ blockId, element, label, describedBy }: ElementProps): VNode {
  const form = useForm();
  const { tell } = useSession();
  const files = objectsAt(form.held(blockId, element), "files");
  const most = numberAt(element, "max_files") ?? 10;
  const accept = stringsAt(element, "filetypes").map((type) => `.${type}`);
  const change = (next: readonly (typeof files)[number][]) =>
    form.change(blockId, element, { type: "file_input", files: next });
  const add = async (input: HTMLInputElement) => {
    const read = await Promise.all([...(input.files ?? [])].map(readFile));
    input.value = "";
    for (const file of read) if ("error" in file) tell(file.error);
    const good = read.filter((file) => !("error" in file)).map((file) => ({ ...file }));
    change([...files, ...good].slice(0, most));
  };
  return html`<div class="file-input">
    ${files.map(
      (file, at) => html`<span class="chip">${icon("file")}${stringAt(file, "name")}
        <button type="button" aria-label=${`Remove ${stringAt(file, "name")}`}
          onClick=${() => change(files.filter((_, index) => index !== at))}>${icon("close")}</button>
      </span>`,
    )}
    <input type="file" aria-label=${label} aria-describedby=${describedBy} multiple=${most > 1} accept=${accept.join(",")}
      disabled=${files.length >= most} onChange=${(event: Event) => void add(event.currentTarget as HTMLInputElement)} />
  </div>`;
}
