// Place names offered while one is typed, matched in this page. The rules are those of core/gazetteer/suggestions.py.
const CYRILLIC = ["sr-Cyrl", "rsk", "bg", "mk"];
let names;
let rows;

export async function load(address) {
  names = await import(address);
  rows = names.places.map((line) => line.split(";"));
}

export const fold = (text) => Array.from(text.normalize("NFKC").toLowerCase(), (letter) => names.fold[letter] ?? letter)
  .join("").normalize("NFKD").replace(/\p{M}/gu, "").replaceAll("dj", "d").replace(/[^\p{L}\p{N}]+/gu, " ").trim();

export const toLatin = (text) => Array.from(text, (letter) => {
  const latin = names.latin[letter.toLowerCase()];
  if (latin === undefined) return letter;
  return letter === letter.toLowerCase() ? latin : latin[0].toUpperCase() + latin.slice(1);
}).join("");

function rank(key, sought) {
  if (key === sought) return 0;
  if (key.startsWith(sought)) return 1;
  return key.includes(` ${sought}`) ? 2 : 3;
}

export function suggest(typed) {
  const words = fold(typed).split(" ");
  while (words.length > 1 && names.leads.includes(words[0])) words.shift();
  const key = words.join(" ");
  for (let cut = 0; cut < 3; cut += 1) {
    const sought = key.slice(0, Math.max(0, key.length - cut));
    if (sought.length < (cut ? 4 : names.shortest)) break;
    const found = [[], [], []];
    for (const row of rows) {
      let best = 3;
      let text;
      // A row is name, surroundings, key, and then further names, each with its key.
      for (let at = 2; at < row.length; at += 2) {
        const better = rank(row[at], sought);
        if (better < best) [best, text] = [better, row[at > 2 ? at - 1 : 0]];
      }
      if (best < 3) found[best].push(row[1] ? `${text} (${row[1]})` : text);
    }
    const all = found.flat();
    if (all.length) return all.slice(0, names.most);
  }
  return [];
}

// The combobox of the ARIA patterns, with a list that does not choose by itself.
export function offer(field) {
  const shown = CYRILLIC.includes(document.documentElement.lang) ? String : toLatin;
  const list = document.createElement("ul");
  list.id = "places";
  list.className = "offers";
  list.role = "listbox";
  list.setAttribute("aria-label", field.labels[0].textContent);
  const count = document.createElement("p");
  count.className = "unseen";
  count.role = "status";
  field.after(list, count);
  let at = -1;

  const mark = (to) => {
    at = to;
    Array.from(list.children, (option, number) => option.setAttribute("aria-selected", number === at));
    const option = list.children[at];
    if (option) {
      field.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else field.removeAttribute("aria-activedescendant");
  };
  const fill = (texts) => {
    list.replaceChildren(...texts.map((text, number) => {
      const option = document.createElement("li");
      option.id = `place-${number}`;
      option.role = "option";
      option.textContent = text;
      return option;
    }));
    list.hidden = !texts.length;
    field.setAttribute("aria-expanded", !list.hidden);
    count.textContent = texts.length ? field.dataset.found.replace("#", texts.length) : "";
    mark(-1);
  };
  const choose = (option) => {
    field.value = option.textContent;
    fill([]);
  };
  const look = () => fill(suggest(field.value).map(shown).filter((text) => text !== field.value));

  field.role = "combobox";
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", list.id);
  field.addEventListener("input", look);
  // A little later, because the list takes room: a button below it would move away from under the finger.
  field.addEventListener("blur", () => setTimeout(fill, 300, []));
  field.addEventListener("keydown", (event) => {
    const last = list.children.length - 1;
    if (event.key === "ArrowDown" && list.hidden) look();
    else if (event.key === "ArrowDown") mark(at < last ? at + 1 : -1);
    else if (event.key === "ArrowUp" && !list.hidden) mark(at < 0 ? last : at - 1);
    else if (event.key === "Enter" && at >= 0) choose(list.children[at]);
    else if (event.key === "Escape" && !list.hidden) fill([]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => choose(event.target.closest("li")));
  fill([]);
  if (field.matches(":focus")) look();
}
