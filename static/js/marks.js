// Finds what could show who somebody is: the plain kinds only, as incidents/core/deidentify/caution.py does.
"use strict";
var findMarks = (() => {
  // A bank's check digits: the whole number leaves 1 when divided by 97.
  const checks = (digits) => [...digits].reduce((rest, digit) => (rest * 10 + Number(digit)) % 97, 0) === 1;
  const digitsOf = (text) => text.replace(/\D/g, "");
  const isDay = (digits) => {
    const [day, month, year] = [digits.slice(0, 2), digits.slice(2, 4), Number(digits.slice(4, 7))];
    const date = new Date(Date.UTC(year < 800 ? 2000 + year : 1000 + year, month - 1, day));
    return date.getUTCDate() === Number(day) && date.getUTCMonth() === month - 1;
  };
  const isAccount = (text, digits, before) =>
    checks(digits.slice(0, 3) + digits.slice(3, -2).padStart(13, "0") + digits.slice(-2)) ||
    /ra[cč]un|рачун|žirac|жирац|account|száml|llogari|účt|účet|ucet|cont(ul)?\b|сметк|uplat|уплат/i.test(before);
  const isIban = (text, digits, before) =>
    /iban/i.test(before) ||
    checks((text.slice(4) + text.slice(0, 4)).replace(/ /g, "").replace(/[a-z]/gi, (letter) => parseInt(letter, 36)));
  const isPhone = (text, digits) =>
    /^(\+|00|3)/.test(text) ||
    (!/^(0[789]00|\(?\d\d?([/-]|\. ?)(0?[1-9]|1[0-2])([/-]|\. ?)(19|20)?\d\d(\D|$))/.test(text) &&
      digits.length > (digits[1] === "6" ? 8 : 7) && digits.length < 11);

  // Kind, pattern (what stands before, then the piece), and what else must be so. The first that fits takes the place.
  const link = "[^\\s<>\"]";
  const kinds = [
    ["email", /([\p{L}\d_.+%'-]{1,64}@[\p{L}\d_-]{1,63}(?:\.[\p{L}\d_-]{1,63}){1,4})/gu],
    ["url", new RegExp(`(https?://${link}{1,99}\\.${link}+|www\\.${link}+|[\\w-]{1,63}(?:\\.[\\w-]{1,63}){0,3}\\.(?:com|rs|org|net|info|me|hu|ro|sk|al|ba|hr|mk|tv|gg|ly|co)/${link}+)`, "giu")],
    ["handle", /(?:^|[^\p{L}\d_@/.])(@[\p{L}\d_][\p{L}\d_.]{1,40})/gu],
    ["iban", /(?:^|[^\p{L}\d])([a-z]{2}\d\d(?: ?[a-z\d]){11,30})/giu, isIban],
    ["jmbg", /(?:^|[^\d])([0-3](?:[ ./-]?\d){12})(?!\d)/gu, (text, digits) => isDay(digits)],
    ["account", /(?:^|[^\d/-])(\d{3}[ -]{1,3}\d{1,13}[ -]{1,3}\d\d)(?![\d/-])/gu, isAccount],
    ["account", /(?:^|\D)(\d{18})(?!\d)/gu, isAccount],
    ["plate", /(?:^|[^\p{L}\d_-])(\p{Lu}{2}(?:-?\d{3,4}-?| ?\d{3,4}(?:-| (?!KM|KG|EU|D[OA]|OD|[NZS]A|IZ|PO|[SJN]E|KO|TO|SU|R?S|КМ|КГ|Д[ОА]|ОД|[НЗС]А|ИЗ|ПО|[СЈН]Е)|))\p{Lu}{2})(?![\p{L}\d_])/gu],
    ["phone", /(?:^|[^\d.,:/+-])(\+ ?\(?\d(?:[ ()./-]{0,3}\d){6,14}|00[ (]?[1-9](?:[ ()./-]{0,3}\d){7,14}|\(?0[ .-]?[1-7][ .-]?\d(?:[ ()./-]{0,3}\d){5,8}|38[1-9]\d{8,9})(?!\d)/gu, isPhone],
    ["name", /(?:^|[^\p{L}])(?:(?:(?:zovem s[ea]|(?:pre)?ime mi (?:je|e)|prezivam se|zovu me|moje (?:ime|prezime|meno) je|зовем се|(?:пре)?име ми (?:је|е)|презивам се|зову ме|моје (?:пре)?име је|(?:a|az én) nevem|[mM][eë] quajn[eë]|quhem|emri im (?:është|eshte|asht)|vol[aá]m s[ae]|волам ше|m[aă] (?:numesc|cheam[aă])|numele meu este|mo anav si|akharen man|my name(?: is|['’]s)|i(?: a|['’])m called|казвам се|името ми е|се викам|ме викаат)):? (?:hogy )?)(?!(?:da|se|je|na|u|i|samo|tako|kako|nije|ne|not|да|само|тако|како|није|не)(?!\p{L}))(\p{L}[\p{L}'-]+)/giu],
  ];

  return (text) => {
    const found = [];
    for (const [kind, pattern, fits] of kinds) {
      for (const match of text.matchAll(pattern)) {
        let piece = match[1].replace(/[.,;:!?)'"…\]]+$/u, "");
        const start = match.index + match[0].lastIndexOf(match[1]);
        // The last digits may count something else: 064 123 4567 2 times.
        while (kind === "phone" && piece && !isPhone(piece, digitsOf(piece))) piece = piece.slice(0, Math.max(0, piece.lastIndexOf(" ")));
        if (kind === "name") piece += /^(?: \p{Lu}[\p{L}'-]+){0,2}/u.exec(text.slice(start + piece.length))[0];
        const isFree = found.every((other) => start >= other.end || start + piece.length <= other.start);
        if (piece && isFree && (!fits || fits(piece, digitsOf(piece), text.slice(Math.max(0, start - 32), start)))) {
          found.push({ kind, text: piece, start, end: start + piece.length });
        }
      }
    }
    return found.sort((one, other) => one.start - other.start);
  };
})();
