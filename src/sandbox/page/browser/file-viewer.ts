import type { VNode } from "preact";
import type { FileState } from "../protocol.ts";
import { Dialog } from "./dialog.ts";
import { type Child, h, html } from "./html.ts";
import { icon } from "./icons.ts";
import { useText } from "./panes.ts";
import { Markdown } from "./text/passages.ts";

interface FileViewerProps {
  readonly file: FileState;
  readonly onClose: () => void;
}

/** A file over the page: documents rendered, pages in a frame that can do nothing, images, plain text. */
export function FileViewer({ file, onClose }: FileViewerProps): VNode {
  return h(
    Dialog,
    { label: file.title, class: "dialog-file", onClose },
    html`<header class="modal-header"><h2>${file.title}</h2>
        <a class="icon-button" href=${file.url} target="_blank" rel="noopener" aria-label="Open in a new tab" title="Open in a new tab">${icon("open")}</a>
        <button type="button" class="icon-button" aria-label="Close" title="Close" onClick=${onClose}>${icon("close")}</button></header>
      <div class="file-body" tabindex="0">${content(file)}</div>` as Child,
  );
}

function content(file: FileState): VNode {
  const { mimetype } = file;
  if (mimetype === "text/html")
    return html`<iframe class="file-frame" sandbox="" src=${file.url} title=${file.title}></iframe>`;
  if (/^image\/(png|jpeg|gif|webp)$/.test(mimetype))
    return html`<img class="picture" src=${file.url} alt=${file.title} />`;
  const isMarkdown = mimetype === "text/markdown" || file.title.endsWith(".md");
  if (isMarkdown || mimetype.startsWith("text/") || mimetype === "application/json")
    return h(TextFile, { url: file.url, isMarkdown });
  return html`<p>This kind of file cannot be shown here. Open it in a new tab to save it.</p>`;
}

interface TextFileProps {
  readonly url: string;
  readonly isMarkdown: boolean;
}

function TextFile({ url, isMarkdown }: TextFileProps): VNode {
  const text = useText(url, 0);
  if (text === null) return html`<p role="status">Loading…</p>`;
  return isMarkdown ? h(Markdown, { text }) : html`<pre class="fence"><code>${text}</code></pre>`;
}
