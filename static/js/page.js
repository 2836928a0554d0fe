// Conveniences only: every page works without this file.
"use strict";

// A field keeps the focus for a moment after its dialog closed; nobody types in it any more.
function isTyping(element) {
  return (element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName))
    && !element.closest("dialog:not([open])");
}

function prepare(root) {
  for (const button of root.querySelectorAll("[data-dismiss], [data-copy]")) button.hidden = false;
}

// What a check says about a field holds for its input too, until the next check.
function judge(check) {
  const wrong = check.querySelector(".field-error");
  check.closest(".field").classList.toggle("field-wrong", Boolean(wrong));
  const input = document.getElementById(check.id.replace(/_check$/, ""));
  if (!input) return;
  const told = (input.getAttribute("aria-describedby") || "").split(" ").filter((id) => id && !id.endsWith("_error"));
  if (wrong) told.push(wrong.id);
  if (told.length) input.setAttribute("aria-describedby", told.join(" "));
  else input.removeAttribute("aria-describedby");
  if (wrong) input.setAttribute("aria-invalid", "true");
  else input.removeAttribute("aria-invalid");
}

function copy(button) {
  const source = document.getElementById(button.dataset.copy);
  navigator.clipboard.writeText(source.value ?? source.textContent).then(() => { button.textContent = "Copied"; });
}

document.addEventListener("click", (event) => {
  const pressed = (selector) => event.target.closest(selector);
  if (pressed("[data-dismiss]")) pressed("[data-dismiss]").parentElement.remove();
  if (pressed("[data-copy]")) copy(pressed("[data-copy]"));
  if (pressed("[data-dialog]")) {
    event.preventDefault();
    document.getElementById(pressed("[data-dialog]").dataset.dialog).showModal();
  }
  if (pressed("dialog [data-close]") || event.target.matches("dialog")) {
    event.preventDefault();
    pressed("dialog").close();
  }
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

document.addEventListener("htmx:afterSwap", (event) => {
  const swapped = event.target;
  prepare(swapped);
  if (swapped.matches(".field-check")) judge(swapped);
  if (swapped.id === "dialog" && !swapped.open) swapped.showModal();
});
// Signed out meanwhile: what was typed goes along to the sign-in page, which gives it back afterwards.
document.addEventListener("htmx:beforeOnLoad", (event) => {
  const { xhr } = event.detail;
  const fields = document.querySelectorAll("form[method=post] :is(textarea, input[type=text], input:not([type]))");
  const typed = [...fields].filter((field) => field.name && field.value.trim()
    && (field.matches("textarea") || field.value !== field.defaultValue));
  if (xhr.status !== 401 || !xhr.getResponseHeader("HX-Redirect") || !typed.length) return;
  event.preventDefault();
  const form = document.createElement("form");
  Object.assign(form, { method: "post", action: xhr.getResponseHeader("HX-Redirect"), hidden: true });
  const add = (name, value) => form.append(Object.assign(document.createElement("textarea"), { name, value }));
  add("csrfmiddlewaretoken", JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"]);
  for (const field of typed) {
    add(`typed-${field.name}`, field.value);
    const first = field.form.elements[`initial-${field.name}`];
    if (first) add(`initial-${field.name}`, first.value);
  }
  document.body.append(form);
  form.submit();
});
prepare(document);
