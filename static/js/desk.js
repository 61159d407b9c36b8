// Single keys of the desk: what they do stands on the page behind "Keys". Without this file everything is reached by Tab.
"use strict";
(() => {
  const header = document.querySelector("[data-single-keys]");
  const keys = document.getElementById("keys");
  // Of a list that is chosen from, what the chosen code means is opened with the rest.
  document.addEventListener("toggle", (event) => {
    const field = event.target.open && document.getElementById(event.target.dataset.of);
    const chosen = field && field.value && event.target.querySelector(`[data-code="${field.value}"]`);
    if (chosen) chosen.open = true;
  }, true);
  // How others read what is chosen: the page has every line, here those are shown that hold, with the choices behind.
  const box = document.getElementById("readings");
  const words = (one) => (one.closest("label") || one).textContent.trim();
  function read() {
    const chosen = Array.from(box.closest("form").querySelectorAll("[data-reads]:checked"));
    const covered = new Set(chosen.flatMap((one) => (one.dataset.covers || "").split(" ")));
    for (const line of box.querySelectorAll("[data-line]")) {
      const key = line.dataset.line;
      const because = chosen.filter((one) => one.dataset.reads.split(" ").includes(key)
        && !(one.name === "grounds" && key.startsWith("bias.") && covered.has(one.value)));
      line.hidden = !because.length;
      line.querySelector("b").textContent = because.map(words).join("; ");
    }
    const has = (start, more) => Boolean(box.querySelector(`[data-line^="${start}."]${more}:not([hidden])`));
    const isIn = has("type", "[data-counts]") && has("bias", "[data-counts]") && !has("stop", "");
    box.querySelector("[data-in]").hidden = !isIn;
    box.querySelector("[data-out]").hidden = isIn;
  }
  if (box) {
    box.closest("form").addEventListener("change", read);
    for (const anew of box.querySelectorAll("[formaction]")) anew.parentElement.hidden = true;
  }
  // What has to be mended is where one goes on.
  const mistakes = document.getElementById("mistakes");
  if (mistakes) mistakes.focus();
  // Boxes are walked with arrows, past what explains them; in a long list some letters show the few that hold them.
  const boxesOf = (list) => Array.from(list.querySelectorAll("input[type=checkbox]")).filter((one) => one.checkVisibility());
  const latin = Object.fromEntries(Array.from("абвгдђежзијклљмнњопрстћуфхцчџш", (letter, at) =>
    [letter, "a b v g d dj e z z i j k l lj m n nj o p r s t c u f h c c dz s".split(" ")[at]]));
  const plain = (text) => Array.from(text.toLowerCase(), (letter) => latin[letter] || letter).join("")
    .replaceAll("đ", "dj").normalize("NFD").replace(/\p{M}/gu, "").trim();
  addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const list = step && !event.altKey && !event.ctrlKey && event.target.matches(".ticks input[type=checkbox]")
      && event.target.closest(".ticks");
    if (!list) return;
    const all = boxesOf(list);
    const next = all[all.indexOf(event.target) + step];
    if (next) next.focus();
    event.preventDefault();
  });
  for (const find of document.querySelectorAll("[data-find]")) {
    const list = find.parentElement;
    const field = find.querySelector("input");
    const none = find.appendChild(document.createElement("span"));
    none.setAttribute("role", "status");
    none.className = "unsure";
    find.hidden = false;
    field.addEventListener("input", () => {
      const all = Array.from(list.querySelectorAll(".coded"));
      const holding = all.filter((one) => plain(one.querySelector("label").textContent).includes(plain(field.value)));
      for (const one of all) one.hidden = !holding.includes(one) && !one.querySelector("input").checked;
      const said = holding.length ? "" : find.dataset.none;
      if (none.textContent !== said) none.textContent = said;
    });
    field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== "ArrowDown") return;
      // The Enter key would send the form.
      event.preventDefault();
      const first = boxesOf(list)[0];
      if (first) first.focus();
    });
  }
  // WCAG 2.2, 2.1.4: a member can turn single keys off, and none acts while something is being typed.
  if (!header || header.dataset.singleKeys !== "on") return;
  const typing = "textarea, select, [contenteditable], input:not([type=radio]):not([type=checkbox])";
  const wait = 2000;
  let goesUntil = 0;

  const lines = () => Array.from(document.querySelectorAll(".queue__line > a"));
  function move(step) {
    const all = lines();
    const here = all.findIndex((line) => line.parentElement.contains(document.activeElement));
    const next = all[here < 0 ? (step > 0 ? 0 : all.length - 1) : here + step];
    if (next) next.focus();
  }
  function open() {
    const line = document.activeElement.closest(".queue__line");
    if (line) line.querySelector("a").click();
  }
  function go(letter) {
    const way = header.querySelector(`[data-go="${letter}"]`);
    if (way) way.click();
    return Boolean(way);
  }
  // A button or a link is pressed, a box of more is opened, of any other part the first field gets the focus.
  function act(letter) {
    const part = document.querySelector(`main [data-key="${letter}"]`);
    if (!part) return false;
    if (part.matches("button, a")) {
      part.click();
      return true;
    }
    for (let fold = part.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    const field = part.matches("summary, [tabindex]") ? part : part.querySelector("input:not([type=hidden]), select, textarea, button") || part.querySelector("a");
    if (field) field.focus();
    return Boolean(field);
  }

  // What the code in focus means: the focus stays where it is, so it is also said aloud.
  const aloud = document.querySelector("main").appendChild(document.createElement("p"));
  aloud.className = "unseen";
  aloud.setAttribute("role", "status");
  function explain() {
    const near = document.activeElement.closest(".coded, .meaning, .meanings");
    const fold = near && (near.matches("details") ? near : near.querySelector("details"));
    if (!fold) return false;
    fold.open = !fold.open;
    aloud.textContent = fold.open && fold.matches(".meaning") ? fold.lastElementChild.textContent : "";
    return true;
  }

  addEventListener("keydown", (event) => {
    // Out of a field without leaving its place: Tab goes on from there.
    if (event.key === "Escape" && event.target.closest(typing)) event.target.blur();
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest(typing) || (keys && keys.open)) return;
    // The place of the key: the same in Cyrillic and Latin layouts. Signs are wherever the layout has them.
    const letter = event.code.startsWith("Key") && !event.shiftKey ? event.code.slice(3).toLowerCase() : "";
    const goes = Date.now() < goesUntil;
    goesUntil = 0;
    if (event.key === "?" && keys) keys.showModal();
    else if (event.key === "/") {
      if (!go("f")) return;
    } else if (goes && letter) {
      if (!go(letter)) return;
    } else if (letter === "g") goesUntil = Date.now() + wait;
    else if (letter === "j") move(1);
    else if (letter === "k") move(-1);
    else if (letter === "o") open();
    else if (letter === "i") {
      if (!explain()) return;
    }
    else if (!letter || !act(letter)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  });
})();
