// The marks of a story at the desk: decided by key and mouse, with a live summary. Without this file a form does the same.
"use strict";
(() => {
  const form = document.querySelector("[data-marks]");
  if (!form) return;
  const story = document.querySelector("[data-story]");
  const marks = story ? Array.from(story.querySelectorAll("[data-at]")) : [];
  const summary = form.elements.summary;
  const offered = form.querySelector("[data-offered]");
  const left = form.querySelector("[data-left]");
  const steps = [];

  const row = (mark) => document.getElementById(`at-${mark.dataset.at}`);
  const choices = (mark) => Array.from(row(mark).querySelectorAll("input"));
  const stateOf = (mark) => (choices(mark).find((input) => input.checked) || { value: "open" }).value;
  const states = () => marks.map(stateOf);

  function goTo(mark) {
    const fold = mark.closest("details");
    if (fold) fold.open = true;
    mark.focus();
  }
  function put(mark, state) {
    choices(mark).forEach((input) => { input.checked = input.value === state; });
  }
  // The story without what goes out: as long as nobody has written in the box, it stands there.
  function redacted() {
    return Array.from(story.childNodes, (node) =>
      node.dataset && stateOf(node) !== "struck" ? node.dataset.token : node.textContent).join("").trim();
  }
  function draw() {
    for (const mark of marks) {
      const state = stateOf(mark);
      for (const shown of [mark, row(mark).querySelector(".found")]) shown.className = `found found--${state}`;
    }
    if (story && offered.value && summary.value.trim() === offered.value.trim()) {
      summary.value = offered.value = redacted();
    }
    look();
  }
  function look() {
    const text = summary.value;
    const copied = marks.filter((mark) => stateOf(mark) !== "struck").map((mark) => mark.textContent)
      .filter((piece) => ` ${text} `.split(piece).slice(1).some((rest, index, all) =>
        !/^[\p{L}\d]/u.test(rest) && !/[\p{L}\d]$/u.test(` ${text} `.split(piece)[index])));
    const found = [...new Set([...(window.findMarks ? findMarks(text).map((mark) => mark.text) : []), ...copied])];
    left.hidden = !found.length;
    // Written only when it changes: it is read aloud each time.
    const pieces = left.querySelector("[data-pieces]");
    if (pieces.textContent !== found.join(" · ")) pieces.textContent = found.join(" · ");
  }
  function decide(mark, state) {
    steps.push(before);
    put(mark, state);
    changed();
  }
  let before = states();
  function changed() {
    before = states();
    dirty.add(form);
    draw();
  }
  function undo() {
    const last = steps.pop();
    if (!last) return;
    marks.forEach((mark, index) => put(mark, last[index]));
    changed();
  }
  const next = (from, step) => marks[(from + step + marks.length) % marks.length];
  const nextOpen = (from) => {
    const turned = [...marks.slice(from + 1), ...marks.slice(0, from)];
    return turned.find((mark) => stateOf(mark) === "open") || next(from, 1);
  };

  form.addEventListener("change", (event) => {
    if (event.target.type === "radio") {
      steps.push(before);
      changed();
    }
  });
  summary.addEventListener("input", look);
  marks.forEach((mark) => {
    mark.addEventListener("click", (event) => {
      event.preventDefault();
      mark.focus();
      decide(mark, stateOf(mark) === "accepted" ? "struck" : "accepted");
    });
  });
  const isOff = Boolean(document.querySelector("[data-single-keys=off]"));
  addEventListener("keydown", (event) => {
    const isTyping = event.target.matches("textarea, select, input:not([type=radio]):not([type=checkbox])");
    if (isOff || isTyping || event.ctrlKey || event.metaKey || event.altKey || !marks.length) return;
    const here = event.target.closest("[data-at], .marks__one");
    const at = here ? marks.findIndex((mark) => mark === here || row(mark) === here) : -1;
    const key = event.code;
    if (key === "KeyM") goTo(at < 0 ? nextOpen(-1) : next(at, 1));
    else if (key === "KeyP") goTo(next(at < 0 ? 0 : at, -1));
    else if (key === "KeyU") undo();
    else if (at >= 0 && (key === "KeyX" || key === "KeyL")) {
      decide(marks[at], key === "KeyX" ? "accepted" : "struck");
      nextOpen(at).focus();
    } else return;
    event.preventDefault();
  });

  // What is typed in one form of the page is not lost by sending another.
  const dirty = new Set();
  addEventListener("input", (event) => { if (event.target.form) dirty.add(event.target.form); });
  addEventListener("submit", (event) => { dirty.delete(event.target); });
  addEventListener("beforeunload", (event) => { if (dirty.size) event.preventDefault(); });

  const keys = form.querySelector("[data-keys]");
  if (keys) keys.hidden = false;
  draw();
})();
