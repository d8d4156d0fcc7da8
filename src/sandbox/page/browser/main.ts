import { render } from "preact";
import { App } from "./app.ts";
import { h } from "./html.ts";
import { applyTheme } from "./theme.ts";

applyTheme();
const page = document.getElementById("page");
if (page !== null) render(h(App, {}), page);
