// What somebody typed before their session ended goes into the form again, if its page can be opened and asks for the
// same things. Otherwise it stays on the page that gives it back. A convenience: without this file it is copied by hand.
"use strict";

const TYPED = "fieldwork-typed"; // in this tab only, from the page that gives it back to the form

// The form's own field of that name: one in which people type, and which shows what it showed them then.
function fieldFor(root, { name, first }) {
  const kinds = ["textarea", "input[type=text]", "input[type=email]", "input:not([type])"];
  const field = root.querySelector(kinds.map((kind) => `form[method=post] ${kind}[name="${CSS.escape(name)}"]`).join());
  const shown = field && field.form.querySelector(`[name="initial-${CSS.escape(name)}"]`);
  const plain = (text) => text.replaceAll("\r\n", "\n").trim();
  return field && (!shown || first === undefined || plain(shown.value) === plain(first)) ? field : null;
}

async function putBack(given) {
  const boxes = [...given.querySelectorAll("[data-typed]")];
  const typed = boxes.map((box) => ({ name: box.dataset.typed, first: box.dataset.first, text: box.value }));
  const to = new URL(given.dataset.typedFor, location.href);
  if (!typed.length || to.origin !== location.origin) return false;
  const answer = await fetch(to, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer || !answer.ok || new URL(answer.url).pathname !== to.pathname) return false;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (!typed.every((one) => fieldFor(page, one))) return false;
  sessionStorage.setItem(TYPED, JSON.stringify({ path: to.pathname, typed }));
  location.replace(to);
  return true;
}

function fill({ typed }) {
  const fields = typed.map((one) => [fieldFor(document, one), one.text]);
  if (fields.some(([field]) => !field)) return;
  for (const [field, text] of fields) {
    field.value = text;
    field.closest("details")?.setAttribute("open", "");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  const told = document.createElement("div");
  told.className = "toast toast-info";
  told.append(Object.assign(document.createElement("p"), {
    textContent: "What you typed before is in the form again. It is not saved yet.",
  }));
  document.getElementById("toasts").append(told);
  fields[0][0].focus();
}

const givenBack = () => document.querySelector("[data-typed-for]");
const keptBefore = JSON.parse(sessionStorage.getItem(TYPED));
sessionStorage.removeItem(TYPED);
if (keptBefore && keptBefore.path === location.pathname) fill(keptBefore);
if (givenBack()?.hasAttribute("data-at-once")) putBack(givenBack());
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-put-back]");
  if (!link || !givenBack()) return;
  event.preventDefault();
  putBack(givenBack()).then((done) => { if (!done) window.open(link.href, "_blank", "noopener"); });
});
