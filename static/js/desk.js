// Single keys of the desk: what they do stands on the page behind "Keys". Without this file everything is reached by Tab.
"use strict";
(() => {
  const header = document.querySelector("[data-single-keys]");
  const keys = document.getElementById("keys");
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
  // A button is pressed, a box of more is opened, of any other part the first field gets the focus.
  function act(letter) {
    const part = document.querySelector(`main [data-key="${letter}"]`);
    if (!part) return false;
    if (part.matches("button")) {
      part.click();
      return true;
    }
    for (let fold = part.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    const field = part.matches("summary, [tabindex]") ? part : part.querySelector("input:not([type=hidden]), select, textarea, button") || part.querySelector("a");
    if (field) field.focus();
    return Boolean(field);
  }

  addEventListener("keydown", (event) => {
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
    else if (!letter || !act(letter)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  });
})();
