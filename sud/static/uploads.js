// Sends files piece by piece (tus 1.0), so that a line that drops costs seconds and not the file.
"use strict";
(() => {
  const KiB = 1024, MiB = 1024 * KiB;
  const LEAST = 64 * KiB, FIRST = 256 * KiB, MOST = 8 * MiB; // of one request
  const AIM = 4000, SILENT = 30000, PATIENCE = 30000; // ms
  const { lang } = document.documentElement;
  const say = (words, facts = {}) => words.replace(/\{(\w+)\}/g, (_, name) => facts[name]);
  // Browsers know no Kyrgyz figures; they are written as the Russian ones.
  const figure = (value, digits) => new Intl.NumberFormat(lang === "ky" ? "ru" : lang, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
  const b64 = (data) => btoa(String.fromCharCode(...new Uint8Array(data)));
  const utf8 = (text) => new TextEncoder().encode(text);
  const sha = (data) => crypto.subtle.digest("SHA-256", data);
  const safe = self.isSecureContext && crypto.subtle; // without it no promise of bytes, no resuming after a reload

  class Refused extends Error {}

  function uploader(box) {
    const form = box.closest("form"), input = box.querySelector("input[type=file]");
    const list = box.querySelector("[data-list]"), live = box.querySelector("[data-live]");
    const words = JSON.parse(box.dataset.words), limit = Number(box.dataset.limit);
    const unit = (name, value, digits = 0) => say(words[name], { n: figure(value, digits) });
    const bytes = (n) => n < MiB ? unit("KB", Math.ceil(n / KiB)) : n < KiB * MiB ? unit("MB", n / MiB, 1) : unit("GB", n / KiB / MiB, 1);
    const time = (s) => s < 90 ? unit("s", Math.max(1, s)) : s < 5400 ? unit("min", s / 60) : unit("h", s / 3600, 1);
    const token = form.elements.csrf_token, kinds = input.accept.split(",").filter(Boolean);
    const ours = new Set();
    let turn = Promise.resolve(), submitter = null, waits = false;
    const tell = (text) => { live.textContent = text; };

    input.addEventListener("change", () => {
      for (const file of input.files) choose(file);
      input.value = "";
    });
    form.addEventListener("submit", (event) => {
      const open = [...ours].filter((one) => !one.done);
      if (!open.length) return;
      event.preventDefault();
      [submitter, waits] = [event.submitter, true];
      tell(open.some((one) => one.failed || one.paused) ? words.settle : words.then);
      box.querySelector("[data-then]").textContent = live.textContent;
    });

    function settled() {
      if (waits && [...ours].every((one) => one.done)) form.requestSubmit(submitter);
    }

    function choose(file) {
      const row = box.querySelector("template").content.cloneNode(true).firstElementChild;
      const one = { file, row, at: 0, size: FIRST, speed: 0, tries: 0, url: null };
      const show = (text) => { row.querySelector("[data-state]").textContent = text; };
      const button = (name) => row.querySelector(`[data-do=${name}]`);
      const fail = (text) => {
        one.failed = true;
        over(row);
        show(text);
        row.querySelector("[data-state]").className = "govuk-error-message";
        tell(`${file.name}: ${text}`);
      };
      one.show = show;
      row.querySelector("[data-name]").textContent = file.name;
      row.querySelector("[data-size]").textContent = bytes(file.size);
      row.querySelector("progress").setAttribute("aria-label", file.name);
      list.append(row);
      ours.add(one);
      button("cancel").addEventListener("click", () => {
        one.gone = true;
        one.request?.abort();
        if (one.url) ask(one, "DELETE", one.url).catch(() => {});
        row.remove();
        ours.delete(one);
        input.focus();
        settled();
      });
      button("pause").addEventListener("click", () => {
        one.paused = !one.paused;
        button("pause").textContent = one.paused ? words.resume : words.pause;
        if (one.paused) { one.request?.abort(); show(words.paused); } else one.wake?.();
      });
      if (!file.size) return fail(words.empty);
      if (file.size > limit) return fail(say(words.large, { limit: bytes(limit) }));
      if (kinds.length && !kinds.some((kind) => file.name.toLowerCase().endsWith(kind))) return fail(words.kind);
      show(words.queued);
      turn = turn.then(() => send(one)).catch((error) => { if (!one.gone) fail(error.message); }).then(settled);
    }

    async function send(one) {
      if (!one.gone) tell(say(words.begun, { name: one.file.name }));
      while (!one.gone) {
        try {
          if (one.paused) await new Promise((wake) => { one.wake = wake; });
          else if (!one.url) await begin(one);
          else if (one.lost) await look(one);
          else if (one.at < one.file.size) await slice(one);
          else return finish(one);
        } catch (error) {
          if (error instanceof Refused || one.gone) throw error;
          one.lost = true;
          if (one.paused) continue;
          one.size = Math.max(LEAST, one.size / 2);
          await rest(one);
        }
      }
    }

    async function rest(one) {
      const pause = Math.min(PATIENCE, 500 * 2 ** one.tries++) * (0.75 + Math.random() / 2);
      one.show(say(words.broken, { time: time(pause / 1000) }));
      if (one.tries === 3) tell(say(words.broken, { time: time(pause / 1000) }));
      await new Promise((wake) => {
        setTimeout(wake, pause);
        addEventListener("online", wake, { once: true });
        one.wake = wake;
      });
    }

    async function begin(one) {
      const { file } = one, said = { filename: file.webkitRelativePath || file.name, purpose: box.dataset.purpose, page: location.pathname };
      if (safe) {
        const ends = [file.slice(0, 64 * KiB), file.slice(-64 * KiB)];
        said.fingerprint = [...new Uint8Array(await sha(await new Blob([`${file.name}|${file.size}|${file.lastModified}|`, ...ends]).arrayBuffer()))]
          .map((byte) => byte.toString(16).padStart(2, "0")).join("");
      }
      const metadata = Object.entries(said).map(([name, value]) => `${name} ${b64(utf8(value))}`).join(",");
      const answer = await ask(one, "POST", box.dataset.url, { "Upload-Length": file.size, "Upload-Metadata": metadata });
      one.url = answer.getResponseHeader("Location");
      one.at = Number(answer.getResponseHeader("Upload-Offset"));
      list.querySelector(`[data-half="${one.url}"]`)?.remove();
    }

    async function look(one) {
      one.at = Number((await ask(one, "HEAD", one.url)).getResponseHeader("Upload-Offset"));
      one.lost = false;
    }

    async function slice(one) {
      const piece = await one.file.slice(one.at, one.at + one.size).arrayBuffer().catch(() => { throw new Refused(words.changed); });
      const headers = { "Content-Type": "application/offset+octet-stream", "Upload-Offset": one.at };
      if (safe) headers["Upload-Checksum"] = `sha256 ${b64(await sha(piece))}`;
      const from = one.at, since = performance.now();
      const answer = await ask(one, "PATCH", one.url, headers, piece, (sent) => {
        const spent = (performance.now() - since) / 1000;
        if (spent > 0.2) one.pace = sent / spent;
        progress(one, from + sent);
      });
      const took = performance.now() - since;
      one.at = Number(answer.getResponseHeader("Upload-Offset"));
      const speed = piece.byteLength / took * 1000;
      one.speed = one.speed ? one.speed * 0.7 + speed * 0.3 : speed;
      one.size = Math.min(MOST, Math.max(LEAST, one.size * (took < AIM / 2 ? 2 : took > AIM * 2 ? 0.5 : 1)));
      one.tries = 0;
      progress(one, one.at);
    }

    function progress(one, sent) {
      const speed = one.speed || one.pace, { size } = one.file;
      const percent = Math.floor(sent / size * 100), quarter = Math.floor(percent / 25);
      one.row.querySelector("progress").value = sent / size;
      const facts = { done: bytes(sent), total: bytes(size), percent, speed: bytes(speed), left: time((size - sent) / speed) };
      one.show(say(speed ? words.going : words.done, facts));
      if (speed && quarter > (one.quarter || 0) && quarter < 4) tell(`${one.file.name}: ${say(words.going, facts)}`);
      one.quarter = quarter;
    }

    function over(row) {
      for (const part of row.querySelectorAll("progress, [data-do=pause]")) part.remove();
    }

    function finish(one) {
      const key = document.createElement("input");
      Object.assign(key, { type: "hidden", name: input.name, value: one.url.split("/").pop() });
      one.row.firstElementChild.append(key);
      one.done = true;
      over(one.row);
      one.show(words.whole);
      tell(`${one.file.name}: ${words.whole}`);
    }

    // One request; resolves with its answer, rejects with Refused where trying again is no use.
    function ask(one, method, url, headers = {}, body = null, going = null) {
      return new Promise((resolve, reject) => {
        const request = new XMLHttpRequest();
        let watch;
        const silence = () => { clearTimeout(watch); watch = setTimeout(() => request.abort(), SILENT); };
        if (method !== "DELETE") one.request = request;
        request.open(method, url);
        for (const [name, value] of Object.entries({ "Tus-Resumable": "1.0.0", "X-CSRFToken": token ? token.value : "", ...headers })) request.setRequestHeader(name, value);
        request.upload.onprogress = (event) => { silence(); if (going) going(event.loaded); };
        request.onloadend = () => {
          clearTimeout(watch);
          const { status } = request, spoken = request.getResponseHeader("Tus-Resumable");
          if (status >= 200 && status < 300 && spoken) return resolve(request);
          if (status === 404 || status === 410) one.url = null;
          const again = !status || status >= 500 || [404, 409, 410, 423, 460].includes(status);
          if (again) return reject(new Error(status));
          const told = (request.getResponseHeader("Content-Type") || "").startsWith("text/plain") && ![400, 412, 415].includes(status);
          reject(new Refused(told && request.responseText || (status === 413 ? say(words.large, { limit: bytes(limit) }) : words.signin)));
        };
        silence();
        request.send(body);
      });
    }
    for (const part of box.querySelectorAll("[data-how]")) part.hidden = false;
    for (const button of box.querySelectorAll("[data-take]")) {
      button.addEventListener("click", () => ask({}, "DELETE", button.dataset.take).then(() => {
        button.closest("li").remove();
        input.focus();
      }, (error) => tell(error instanceof Refused ? error.message : words.later)));
    }
  }
  for (const box of document.querySelectorAll("[data-uploads]")) uploader(box);
})();
