// The line in which everything is written down: from anywhere by "l", saved by Enter, with completion of @, # and /.
"use strict";

const logLine = () => document.getElementById("log-line");
const logWords = () => document.getElementById("log-words");
const wordsOf = new Map(); // address → promise of {"@": […], "#": […]}

function openLog() {
  const line = logLine();
  if (!line) return htmx.ajax("GET", document.body.dataset.log, { target: "#dialog" });
  const closed = line.closest("dialog:not([open])"); // with what was typed before Escape
  if (closed) closed.showModal();
  line.scrollIntoView({ block: "nearest" });
  line.focus();
}

// The word before the caret, if it begins with @ or # or is the command.
function wordAt(line) {
  const before = line.value.slice(0, line.selectionStart);
  const found = /^\s*(\/)([\w-]*)$/.exec(before) || /(?:^|[\s(])([@#])([\p{L}\p{N}_.-]*)$/u.exec(before);
  return found && { sign: found[1], typed: found[2].toLowerCase(), start: before.length - found[2].length };
}

function wordsFor(line) {
  const place = line.form.querySelector("[data-words]");
  if (!place) return Promise.resolve({ "@": [], "#": [] });
  const address = place.dataset.words;
  if (!wordsOf.has(address)) {
    const nothing = { "@": [], "#": [] };
    wordsOf.set(address, fetch(address, { headers: { Accept: "application/json" } })
      .then((answer) => (answer.ok ? answer.json() : nothing)).catch(() => nothing));
  }
  return wordsOf.get(address);
}

function hideWords() {
  const list = logWords();
  if (!list) return;
  list.hidden = true;
  list.replaceChildren();
  const line = logLine();
  line.removeAttribute("aria-activedescendant");
  line.removeAttribute("aria-controls");
}

function suggest(line) {
  const word = wordAt(line);
  if (!word) return hideWords();
  if (word.sign === "/") return offer(word, JSON.parse(line.dataset.commands), false);
  return wordsFor(line).then((known) => {
    const now = wordAt(line);
    if (now && now.sign === word.sign && now.typed === word.typed) offer(word, known[word.sign], true);
  });
}

// byName: whether what a word stands for is searched too.
function offer(word, known, byName) {
  const fits = (one) => one.word.startsWith(word.typed)
    || (byName && one.name.toLowerCase().split(" ").some((part) => part.startsWith(word.typed)));
  const found = known.filter((one) => fits(one) && one.word !== word.typed).slice(0, byName ? 8 : known.length);
  if (!found.length) return hideWords();
  logWords().replaceChildren(...found.map((one, position) => {
    const option = document.createElement("li");
    option.id = `log-word-${position}`;
    option.role = "option";
    option.dataset.word = one.word;
    option.append(word.sign + one.word);
    if (one.name) option.append(Object.assign(document.createElement("small"), { textContent: one.name }));
    return option;
  }));
  logWords().dataset.sign = word.sign;
  logWords().hidden = false;
  logLine().setAttribute("aria-controls", "log-words");
  choose(0);
}

function choose(position) {
  const options = [...logWords().children];
  const at = (position + options.length) % options.length;
  options.forEach((option, each) => option.setAttribute("aria-selected", String(each === at)));
  options[at].scrollIntoView({ block: "nearest" });
  logLine().setAttribute("aria-activedescendant", options[at].id);
}

function chosen() {
  const list = logWords();
  return list && !list.hidden ? [...list.children].findIndex((option) => option.ariaSelected === "true") : -1;
}

function take(option) {
  const line = logLine();
  const word = wordAt(line);
  if (!word) return hideWords();
  line.setRangeText(`${option.dataset.word} `, word.start, line.selectionStart, "end");
  hideWords();
  line.focus();
  line.dispatchEvent(new Event("input", { bubbles: true }));
}

function keyInWords(event) {
  const at = chosen();
  if (at < 0) return false;
  if (event.key === "ArrowDown") choose(at + 1);
  else if (event.key === "ArrowUp") choose(at - 1);
  else if (event.key === "Enter" || event.key === "Tab") take(logWords().children[at]);
  else if (event.key === "Escape") hideWords();
  else return false;
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing) return;
  if (event.target.id === "log-line" && isTyping(event.target)) {
    if (keyInWords(event)) {
      event.preventDefault();
      event.stopPropagation();
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      event.target.form.requestSubmit();
    } else if (event.key === "Escape" && !event.target.closest("dialog")) event.target.blur();
  } else if (event.key === "l" && !event.ctrlKey && !event.metaKey && !event.altKey
    && !isTyping(event.target) && !document.querySelector("dialog[open]")) {
    event.preventDefault();
    openLog();
  }
}, true);

document.addEventListener("input", (event) => { if (event.target.id === "log-line") suggest(event.target); });
document.addEventListener("focusout", (event) => { if (event.target.id === "log-line") hideWords(); });
document.addEventListener("mousedown", (event) => {
  const option = event.target.closest("#log-words [role=option]");
  if (!option) return;
  event.preventDefault();
  take(option);
});

document.addEventListener("written", (event) => {
  wordsOf.clear();
  if (!event.detail.dialog) return;
  const dialog = document.getElementById("dialog");
  dialog.close();
  dialog.replaceChildren();
});
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target.id === "dialog" && logLine()) logLine().focus();
});

// A line that was undone is put back into the box if that is empty; else the notice offers it.
const undoneLine = () => (document.querySelector("#toasts [name=line]")?.value ?? "").replaceAll("\r\n", "\n");

function setLine(text) {
  const line = logLine();
  line.value = text;
  line.dispatchEvent(new Event("input", { bubbles: true }));
  hideWords();
}

async function writeAgain(text) {
  await openLog();
  const line = logLine();
  if (line && line.value.trim() !== text.trim()) setLine([text, line.value].filter((part) => part.trim()).join("\n"));
  if (line) line.focus();
}

document.addEventListener("log-undone", () => {
  const line = logLine(), text = undoneLine();
  if (!line || !text || line.value.trim() || line.closest("dialog:not([open])")) return;
  document.querySelector("[data-log-again]")?.remove();
  setLine(text);
  line.focus();
});
document.addEventListener("log-restored", () => {
  if (logLine() && logLine().value.trim() && logLine().value.trim() === undoneLine().trim()) setLine("");
});
document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-log-again]")) return;
  const text = undoneLine();
  event.target.closest("[data-log-again]").remove();
  writeAgain(text);
});
