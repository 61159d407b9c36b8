// Asks the browser to show or to make a passkey, and sends its answer with the form. Without this file codes do it all.
"use strict";
(() => {
  if (!window.PublicKeyCredential || !navigator.credentials) return;
  const opened = Date.now();
  const life = 290000; // a challenge is good for five minutes
  const wait = 120000;

  const bytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const named = (id) => ({ type: "public-key", id: bytes(id) });

  const acts = {
    // No passkey is named: the page knows of nobody's, and the browser offers those for this host.
    show: ({ host, challenge }) =>
      navigator.credentials.get({
        publicKey: { rpId: host, challenge: bytes(challenge), userVerification: "preferred", timeout: wait },
      }),
    make: ({ host, challenge, handle, name, known }) =>
      navigator.credentials.create({
        publicKey: {
          rp: { id: host, name: host },
          user: { id: bytes(handle), name, displayName: name },
          challenge: bytes(challenge),
          pubKeyCredParams: [-8, -7, -257].map((alg) => ({ type: "public-key", alg })),
          authenticatorSelection: { residentKey: "required", requireResidentKey: true, userVerification: "preferred" },
          excludeCredentials: known.split(" ").filter(Boolean).map(named),
          attestation: "none",
          timeout: wait,
        },
      }),
  };
  const parts = ["clientDataJSON", "authenticatorData", "signature", "attestationObject"];
  const answer = ({ id, rawId, type, response }) => {
    const said = parts.filter((part) => part in response && response[part]);
    return JSON.stringify({
      id, rawId: text(rawId), type, response: Object.fromEntries(said.map((part) => [part, text(response[part])])),
    });
  };

  for (const one of document.querySelectorAll("[data-passkeys]")) one.hidden = !one.hidden;
  for (const one of document.querySelectorAll("[data-passkey]")) {
    const field = one.querySelector("input");
    const button = one.querySelector("button");
    const failed = one.querySelector("[role=alert]");
    let waits = false; // not disabled meanwhile: the focus would be lost
    one.hidden = false;
    // Browsers fill forms again when one comes back to a page; an answer serves once.
    addEventListener("pageshow", () => { field.value = ""; });
    button.addEventListener("click", async () => {
      if (waits) return;
      waits = true;
      failed.hidden = true;
      try {
        if (Date.now() - opened > life) throw new Error("too late");
        field.value = answer(await acts[one.dataset.passkey](one.dataset));
        field.form.requestSubmit();
      } catch {
        failed.hidden = false;
      }
      waits = false;
    });
  }
})();
