// For hands that stay on the keyboard: j and k go down and up the rows of a page, Enter opens.
"use strict";
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  // The same keys on a Cyrillic layout.
  const step = { KeyJ: 1, KeyK: -1 }[event.code];
  if (!step) return;
  const rows = [...document.querySelectorAll("tbody tr, .sud-row, .sud-queues li")]
    .map((row) => row.querySelector("a[href]"))
    .filter(Boolean);
  if (!rows.length) return;
  const here = rows.findIndex((link) => link.closest("tr, .sud-row, li").contains(document.activeElement));
  const next = here < 0 ? (step > 0 ? 0 : rows.length - 1) : here + step;
  rows[Math.max(0, Math.min(rows.length - 1, next))].focus();
  event.preventDefault();
});
