// Keys of the review page: j and k go to the next doubt and back, Enter accepts, h hides, s shows,
// a opens the labels, ? the list of keys. Each press is the button's own; the page works without.
"use strict";
(() => {
  // By place on the keyboard, so that a Cyrillic layout has the same keys.
  const VERBS = { KeyH: "hide", KeyS: "show", KeyA: "label", Enter: "accept", NumpadEnter: "accept" };
  const doubts = () => [...document.querySelectorAll("[data-doubt]")];
  const here = () => document.activeElement.closest("[data-doubt]");
  let busy = false;

  function go(row) {
    if (!row) return;
    row.focus();
    row.scrollIntoView({ block: "center" });
  }

  function move(step) {
    const rows = doubts();
    const at = rows.indexOf(here());
    go(rows[at < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.max(0, Math.min(rows.length - 1, at + step))]);
  }

  // Send what the button would, and put the answer in the place of this page's main part.
  async function press(button, at) {
    busy = true;
    const data = new FormData(button.form);
    data.append(button.name, button.value);
    try {
      const answer = await fetch(button.form.action, { method: "POST", body: new URLSearchParams(data), credentials: "same-origin" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("#main");
      if (!page) throw new Error("no page");
      document.querySelector("#main").replaceWith(document.adoptNode(page));
    } catch {
      location.reload();
      return;
    } finally {
      busy = false;
    }
    const rows = doubts();
    const problem = document.querySelector(".govuk-error-summary");
    if (problem) problem.focus();
    else if (rows.length) go(rows[Math.min(at, rows.length - 1)]);
    else finish();
  }

  // Nothing is open any more: the button that ends the reading is next.
  function finish() {
    const last = document.querySelector("#publish button");
    if (last) { last.focus(); last.scrollIntoView({ block: "center" }); }
  }

  function verb(row, name) {
    // What is proposed already is accepted by its own key too: h on what is hidden, s on what stays.
    const button = row.querySelector(`[data-verb="${name}"]`);
    return button || (name === "hide" || name === "show" ? row.querySelector('[data-verb="accept"]') : null);
  }

  // Before the keys of other lists, which know nothing of doubts.
  document.addEventListener("keydown", (event) => {
    const target = event.target;
    if (busy || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && here()) { go(here()); return; }
    if (target.closest("input, textarea, select")) return;
    const step = { KeyJ: 1, KeyK: -1 }[event.code];
    const row = here();
    const name = VERBS[event.code];
    if (event.key === "?") {
      const keys = document.querySelector("#keys");
      if (!keys) return;
      keys.open = !keys.open;
      keys.querySelector("summary").focus();
    } else if (step && doubts().length) {
      move(step);
    } else if (row && name && (name !== "accept" || target === row)) {
      const button = verb(row, name);
      if (!button) return;
      if (name === "label") {
        button.closest("details").open = true;
        row.querySelector("select").focus();
      } else {
        press(button, doubts().indexOf(row));
      }
    } else {
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);

  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    const row = button && button.closest("[data-doubt]");
    if (!row || busy) return;
    event.preventDefault();
    press(button, doubts().indexOf(row));
  });
})();
