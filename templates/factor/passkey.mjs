/** Hands the browser's passkeys on to the bot. Every form with data-passkey is one step: register, prove or decide. */

const steps = {
  register: { options: "/factor/passkey/new", answer: "/factor/passkey/add", browser: "create" },
  prove: { options: "/factor/passkey/ask", answer: "/factor/passkey/prove", browser: "get" },
  decide: { options: "/factor/passkey/ask", answer: "/factor/passkey/decide", browser: "get" },
};

async function post(path, body) {
  const response = await fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify(body),
  });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.trouble ?? "The bot did not answer. Try again.");
  return answer;
}

async function ask(browser, options) {
  if (!window.PublicKeyCredential?.parseRequestOptionsFromJSON) {
    throw new Error("This browser cannot use passkeys here; use a newer one.");
  }
  try {
    const publicKey =
      browser === "create"
        ? PublicKeyCredential.parseCreationOptionsFromJSON(options)
        : PublicKeyCredential.parseRequestOptionsFromJSON(options);
    const credential = await navigator.credentials[browser]({ publicKey });
    return credential.toJSON();
  } catch (error) {
    if (error.name === "InvalidStateError") throw new Error("This passkey is set up already.");
    throw new Error("The passkey was not given. Press the button to try again.");
  }
}

async function take(form, step) {
  const { token } = form.dataset;
  if (token) {
    await post("/factor/open", { token });
    delete form.dataset.token;
  }
  const { options } = await post(step.options, {});
  const answer = await ask(step.browser, options);
  const name = new FormData(form).get("name");
  return post(step.answer, { answer, name });
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const status = document.querySelector("[data-status]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    button.disabled = true;
    status.className = "";
    status.textContent = "Waiting for the passkey.";
    try {
      const { done } = await take(form, steps[form.dataset.passkey]);
      if (done === undefined) {
        location.assign("/factor/page");
        return;
      }
      status.textContent = done;
    } catch (error) {
      status.className = "trouble";
      status.textContent = error.message;
      button.disabled = false;
    }
  });
}
