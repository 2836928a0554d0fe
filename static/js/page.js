// Conveniences only: every page works without this file.
"use strict";

function prepare(root) {
  for (const button of root.querySelectorAll("[data-dismiss], [data-copy]")) button.hidden = false;
}

document.addEventListener("click", (event) => {
  const dismiss = event.target.closest("[data-dismiss]");
  if (dismiss) dismiss.parentElement.remove();
  const copy = event.target.closest("[data-copy]");
  if (copy) {
    const text = document.getElementById(copy.dataset.copy).value;
    navigator.clipboard.writeText(text).then(() => { copy.textContent = "Copied"; });
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

document.addEventListener("htmx:afterSwap", (event) => prepare(event.target));
prepare(document);
