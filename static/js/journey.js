// The form, one step at a time. Without this file it is one page that works the same.
"use strict";
(() => {
  const form = document.getElementById("journey");
  const steps = Array.from(form.querySelectorAll(".step"));
  const send = form.querySelector("[data-send]");
  const text = (name) => form.querySelector(`[data-${name}]`).textContent;
  const last = steps.length;
  let leaving = false;

  const make = (tag, words, className) => {
    const element = document.createElement(tag);
    element.textContent = words;
    if (className) element.className = className;
    return element;
  };
  const numberFromAddress = () => {
    const found = /^#s([1-9]\d?)$/.exec(location.hash);
    return found ? Math.min(Number(found[1]), last) : 1;
  };

  function show(number, focus) {
    steps.forEach((step, index) => { step.hidden = index + 1 !== number; });
    send.hidden = number !== last;
    if (number === last) check();
    if (focus) {
      const heading = steps[number - 1].querySelector("h2");
      heading.tabIndex = -1;
      heading.focus();
      scrollTo(0, 0);
    }
  }
  function go(number) {
    if (numberFromAddress() !== number) history.pushState(null, "", `#s${number}`);
    show(number, true);
  }

  // Under each field of text, and before sending: what could show who somebody is. Nothing is held back.
  const caution = form.querySelector("[data-caution]");
  const watched = Array.from(form.querySelectorAll(".step textarea, .step input[type=text]:not([name=link]):not([name=contact])"))
    .map((field) => [field, field.parentElement.appendChild(caution.cloneNode(true))]);
  const marksOf = (field) => (window.findMarks ? findMarks(field.value) : []).map((mark) => mark.text);
  function tell(note, pieces) {
    note.hidden = !pieces.length;
    note.querySelector("[data-pieces]").textContent = [...new Set(pieces)].slice(0, 8)
      .map((piece) => (piece.length > 24 ? `${piece.slice(0, 23)}…` : piece)).join(" · ");
  }
  watched.forEach(([field, note]) => {
    const look = () => tell(note, marksOf(field));
    let later = 0;
    field.addEventListener("input", () => {
      clearTimeout(later);
      later = setTimeout(look, 400);
    });
    look();
  });

  // What was answered in a step, as a list of words; what stands in a closed branch is no answer.
  const said = (input) => input.matches("select") ? input.value && input.selectedOptions[0].text
    : input.matches("[type=radio], [type=checkbox]") ? input.checked && input.parentElement.textContent : input.value;
  const isOpen = (input) => {
    const branch = input.parentElement.closest(".branch, .targets, .targets__of");
    return !branch || (getComputedStyle(branch).display !== "none" && isOpen(branch));
  };
  const answers = (step) => [...new Set(Array.from(step.querySelectorAll("input, select, textarea"))
    .filter(isOpen).map((input) => (said(input) || "").trim()).filter(Boolean))];
  function check() {
    const list = form.querySelector("[data-answers]");
    list.replaceChildren();
    steps.slice(0, -1).forEach((step, index) => {
      const row = document.createElement("div");
      const given = answers(step);
      const value = make("dd", given.join("; ") || text("nothing"));
      value.dir = "auto";
      const change = make("button", text("change"), "button button--plain");
      change.type = "button";
      const title = step.querySelector("h2").textContent.trim();
      change.setAttribute("aria-label", `${text("change")}: ${title}`);
      change.addEventListener("click", () => go(index + 1));
      const act = make("dd", "");
      act.append(change);
      row.append(make("dt", title), value, act);
      list.append(row);
    });
    const all = watched.flatMap(([field]) => marksOf(field));
    tell(caution, all);
    if (all.length) form.elements.cautioned.disabled = false;
  }

  steps.forEach((step, index) => {
    const number = index + 1;
    const row = step.querySelector(".step__on") || step.appendChild(make("p", "", "step__on"));
    const next = row.querySelector("[data-next]");
    if (next) next.remove();
    if (number > 1) {
      const back = make("button", text("back"), "button button--plain");
      back.type = "button";
      back.addEventListener("click", () => go(number - 1));
      row.append(back);
    }
    if (number < last) {
      const on = make("button", number === last - 1 ? text("check") : next.textContent, "button");
      on.type = "button";
      on.addEventListener("click", () => go(number + 1));
      row.append(on);
    }
  });
  // Enter in a line of text goes on to the next step instead of sending half a report.
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("input")) {
      event.preventDefault();
      const number = Number(event.target.closest(".step").dataset.step);
      if (number < last) go(number + 1);
    }
  });
  addEventListener("popstate", () => show(numberFromAddress(), true));

  // Names of places are fetched when the field is first touched; without them it is a field like any other.
  const place = form.elements.place;
  place.addEventListener("focus", async () => {
    try {
      const { load, offer } = await import(place.dataset.code);
      await load(place.dataset.names);
      offer(place);
    } catch { /* no signal: what is typed is understood when it is sent */ }
  }, { once: true });

  // A link of the list of mistakes, or of the question before sending, leads to a field that may stand in a hidden step.
  document.querySelectorAll(".mistakes a, [data-asked] a").forEach((link) => {
    link.addEventListener("click", (event) => {
      const field = document.getElementById(link.hash.slice(1));
      const step = field && field.closest(".step");
      if (!step) return;
      event.preventDefault();
      go(Number(step.dataset.step));
      const input = field.matches("input, select, textarea") ? field : field.querySelector("input");
      setTimeout(() => input && input.focus(), 0);
    });
  });

  function leave(address) {
    leaving = true;
    forget();
    form.reset();
    form.querySelectorAll("input, select, textarea").forEach((field) => {
      if (field.matches("[type=radio], [type=checkbox]")) field.checked = false;
      else field.value = "";
    });
    location.replace(address);
  }
  const exit = document.querySelector("[data-exit]");
  exit.addEventListener("click", (event) => {
    event.preventDefault();
    leave(exit.href);
  });
  // Shift by itself, three times: with a capital letter, with Tab or with a click it means something else.
  let shifts = [], isAlone = false;
  addEventListener("keydown", (event) => { isAlone = event.key === "Shift"; });
  addEventListener("pointerdown", () => { isAlone = false; });
  addEventListener("keyup", (event) => {
    if (event.key !== "Shift" || !isAlone) return;
    isAlone = false;
    const now = Date.now();
    shifts = [...shifts.filter((then) => now - then < 5000), now];
    if (shifts.length >= 3) leave(exit.href);
  });
  // A page brought back by the browser is fetched anew, so that no answer stands in it; but not for those who only
  // looked at another page of ours: the way back from there must not cost them their words.
  let isNear = false;
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    if (link) isNear = link !== exit && link.origin === location.origin;
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted && !leaving && !isNear) location.reload();
    isNear = false;
  });

  // Without a signal the browser would throw the form away, so it is sent only after something of ours has come.
  // Who tries again is believed: pictures may be switched off.
  const unsent = form.querySelector("[data-unsent]");
  let isAsking = false, isSure = false;
  form.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (isSure || !form.requestSubmit) {
      isSure = false;
      if (!button || button.name !== "speak") forget();
      return;
    }
    event.preventDefault();
    if (isAsking) return;
    isAsking = true;
    const wasUnsent = !unsent.hidden;
    const sign = new Image();
    const answered = (isThere) => {
      if (!isAsking) return;
      isAsking = false;
      isSure = isThere || (wasUnsent && navigator.onLine);
      unsent.hidden = isSure;
      if (isSure) form.requestSubmit(button);
      else unsent.focus();
    };
    sign.onload = () => answered(true);
    sign.onerror = () => answered(false);
    setTimeout(answered, 15000, false);
    sign.src = `${document.querySelector("link[rel=icon]").href}?${Date.now()}`;
  });

  // Answers outlive a reload only if the reporter asks for it, in this tab, until they are sent or the site is left.
  function forget() {
    try { sessionStorage.removeItem("answers"); } catch { /* switched off */ }
  }
  function keepsAnswers() {
    const offer = form.querySelector("[data-keep]");
    const wish = offer.querySelector("input");
    const kept = sessionStorage.getItem("answers");
    offer.hidden = false;
    wish.checked = Boolean(kept);
    JSON.parse(kept || "[]").forEach(([name, value]) => {
      form.querySelectorAll(`[name="${name}"]`).forEach((field) => {
        if (!field.matches("[type=radio], [type=checkbox]")) field.value = value;
        else if (field.value === value) {
          field.checked = true;
          const fold = field.closest("details");
          if (fold) fold.open = true;
        }
      });
    });
    form.addEventListener("input", () => {
      const given = Array.from(new FormData(form)).filter(([name]) => !["token", "tongue"].includes(name));
      if (wish.checked) sessionStorage.setItem("answers", JSON.stringify(given));
      else forget();
    });
  }
  try { keepsAnswers(); } catch { /* the browser lends us no room */ }

  const asked = document.querySelector("[data-asked]");
  show(document.querySelector(".mistakes") || asked ? firstWrong() : numberFromAddress(), false);
  function firstWrong() {
    const wrong = form.querySelector(".field--wrong") || (asked && document.getElementById(asked.dataset.asked));
    return wrong ? Number(wrong.closest(".step").dataset.step) : 1;
  }
})();
