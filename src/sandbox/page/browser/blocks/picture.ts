import type { VNode } from "preact";
import { useState } from "preact/hooks";
import type { JsonObject } from "../../protocol.ts";
import { h, html } from "../html.ts";
import { objectAt, stringAt } from "../json.ts";
import { isSafeUrl } from "../text/inline.ts";
import { Link } from "../text/passages.ts";

interface PictureProps {
  readonly image: JsonObject;
  readonly isSmall: boolean;
}

/** An image of the sandbox itself; one from elsewhere is named and linked, since the page loads nothing from outside. */
export function Picture({ image, isSmall }: PictureProps): VNode {
  const [isBroken, setBroken] = useState(false);
  const alt = stringAt(image, "alt_text");
  const file = objectAt(image, "slack_file");
  const url = stringAt(image, "image_url") || (file === null ? "" : stringAt(file, "url"));
  const size = isSmall ? "picture-small" : "picture";
  if (isOwn(url) && !isBroken) {
    return html`<img class=${size} src=${url} alt=${alt} title=${alt} onError=${() => setBroken(true)} />`;
  }
  const words = html`<span class=${`${size} picture-away`} role="img" aria-label=${alt}>${isSmall ? "🖼" : alt}</span>`;
  return isSafeUrl(url) && !isSmall ? h(Link, { url }, words) : words;
}

function isOwn(url: string): boolean {
  return URL.canParse(url, location.href) && new URL(url, location.href).origin === location.origin;
}
