// Boxes on pictures, by pointer and by keys. The rows of numbers are what is sent; this only fills them.
"use strict";
(() => {
  const form = document.querySelector("[data-redact]");
  if (!form) return;
  const most = Number(form.dataset.most);
  const body = form.querySelector(".redact__rows tbody");
  const said = form.querySelector("[data-said]");
  const names = ["page", "left", "top", "width", "height"];
  const round = (value) => Math.round(value * 10) / 10;
  const within = (value, least, largest) => Math.min(largest, Math.max(least, value));
  const pattern = body.rows[0].cloneNode(true);

  const sheets = Array.from(form.querySelectorAll(".redact"), (figure) => ({
    page: Number(figure.dataset.page),
    drawing: figure.querySelector("svg"),
    add: figure.querySelector("[data-add]"),
  }));
  const boxes = (drawing) => Array.from(drawing.querySelectorAll("rect"));
  const values = (box) => ["x", "y", "width", "height"].map((name) => Number(box.getAttribute(name)));

  function put(box, [left, top, width, height]) {
    const wide = within(width, 1, 100);
    const high = within(height, 1, 100);
    const all = [within(left, 0, 100 - wide), within(top, 0, 100 - high), wide, high].map(round);
    ["x", "y", "width", "height"].forEach((name, at) => box.setAttribute(name, all[at]));
    const label = ["#l", "#t", "#w", "#h"].reduce(
      (text, sign, at) => text.replace(sign, all[at]), box.ownerSVGElement.dataset.label);
    box.setAttribute("aria-label", label);
    return label;
  }
  // The rows say what the drawings show, and some stay empty for who types.
  function write() {
    const rows = sheets.flatMap(({ page, drawing }) => boxes(drawing).map((box) => [page, ...values(box)]));
    while (body.rows.length < rows.length) body.append(pattern.cloneNode(true));
    Array.from(body.rows).forEach((row, number) => {
      names.forEach((name, at) => {
        row.querySelector(`[name=${name}]`).value = number < rows.length ? rows[number][at] : at ? "" : "1";
      });
    });
  }
  function make(drawing, numbers) {
    if (sheets.reduce((sum, sheet) => sum + boxes(sheet.drawing).length, 0) >= most) return null;
    const box = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    drawing.append(box);
    put(box, numbers);
    live(box);
    return box;
  }
  function live(box) {
    box.setAttribute("tabindex", "0");
    box.setAttribute("role", "img");
    put(box, values(box));
    box.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
      const now = values(box);
      if (step) {
        const at = event.shiftKey ? 2 : 0;
        now[at] += step[0];
        now[at + 1] += step[1];
        said.textContent = put(box, now);
      } else if (event.key === "Delete" || event.key === "Backspace") {
        const next = box.nextElementSibling || box.ownerSVGElement.closest(".redact").querySelector("[data-add]");
        box.remove();
        next.focus();
      } else return;
      write();
      event.preventDefault();
      event.stopPropagation();
    });
  }
  // What was typed into the rows is drawn.
  function draw() {
    const rows = Array.from(body.rows, (row) =>
      names.map((name) => Number(row.querySelector(`[name=${name}]`).value.replace(",", ".").trim() || NaN)));
    for (const { page, drawing } of sheets) {
      for (const box of boxes(drawing)) box.remove();
      for (const [on, ...numbers] of rows) if (on === page && numbers.every(Number.isFinite)) make(drawing, numbers);
    }
  }

  for (const { drawing, add } of sheets) {
    boxes(drawing).forEach(live);
    add.hidden = false;
    add.addEventListener("click", () => {
      const box = make(drawing, [35, 45, 30, 10]);
      if (!box) return;
      write();
      box.focus();
    });
    let begun = null;
    const at = (event) => {
      const area = drawing.getBoundingClientRect();
      return [(event.clientX - area.left) / area.width * 100, (event.clientY - area.top) / area.height * 100];
    };
    drawing.addEventListener("pointerdown", (event) => {
      if (event.button || event.target.tagName === "rect") return;
      const [x, y] = at(event);
      const box = make(drawing, [x, y, 1, 1]);
      if (!box) return;
      begun = { box, x, y };
      drawing.setPointerCapture(event.pointerId);
      event.preventDefault();
    });
    drawing.addEventListener("pointermove", (event) => {
      if (!begun) return;
      const [x, y] = at(event).map((value) => within(value, 0, 100));
      put(begun.box, [Math.min(x, begun.x), Math.min(y, begun.y), Math.abs(x - begun.x), Math.abs(y - begun.y)]);
    });
    for (const end of ["pointerup", "pointercancel"]) {
      drawing.addEventListener(end, () => {
        if (!begun) return;
        begun.box.focus();
        begun = null;
        write();
      });
    }
  }
  body.addEventListener("change", draw);
  document.querySelector("[data-drawing]").hidden = false;
})();
