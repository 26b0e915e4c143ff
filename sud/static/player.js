// The player of recordings. Without this file the page plays as well: the browser's own controls,
// plain files, and lists whose times open the page at that place. What is said here to people stands
// in the page, in their language ([data-word]); where things lie stands in data-facts.
"use strict";
(() => {
  const JUMP_LOST = 3; // seconds: what is lost for longer is jumped over
  const PAUSE = 2; // seconds: speech that stops for less goes on
  const SLOW = 300000; // bits a second: less is no line for pictures
  const KEEP = 4 * 60 * 1000; // milliseconds: how often playing keeps its right good
  const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2, 2.5, 3];
  const KEPT = "sud.player";

  function remembered() {
    try { return JSON.parse(localStorage.getItem(KEPT)) || {}; } catch (_error) { return {}; }
  }
  function remember(facts) {
    try { localStorage.setItem(KEPT, JSON.stringify(Object.assign(remembered(), facts))); } catch (_error) { /* private */ }
  }
  function clock(seconds) {
    const whole = Math.max(0, Math.floor(seconds));
    const two = (number) => String(number).padStart(2, "0");
    const hours = Math.floor(whole / 3600), minutes = Math.floor(whole / 60) % 60;
    return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
  }
  function lineIsSlow() {
    const line = navigator.connection;
    if (!line) return false;
    return line.saveData || /2g/.test(line.effectiveType || "") || (line.downlink > 0 && line.downlink * 1e6 < SLOW);
  }

  let script = null;
  function fetchScript(address) {
    script = script || new Promise((done, failed) => {
      const tag = document.createElement("script");
      tag.src = address;
      tag.onload = done;
      tag.onerror = () => { script = null; failed(); };
      document.head.appendChild(tag);
    });
    return script;
  }

  function begin(root, media, going) {
    const facts = JSON.parse(root.dataset.facts);
    const over = new AbortController();
    const all = (selector) => [...root.querySelectorAll(selector)];
    const one = (selector) => root.querySelector(selector);
    const on = (target, name, deed, more) =>
      target && target.addEventListener(name, deed, Object.assign({ signal: over.signal }, more));
    const words = {};
    all("[data-word]").forEach((word) => { words[word.dataset.word] = word.textContent; });
    const say = (word, more) => {
      one("[data-say]").textContent =
        Object.entries(more || {}).reduce((text, [name, value]) => text.replace(`{${name}}`, value), words[word] || "");
    };

    const kept = remembered();
    const state = {
      mode: facts.picture && !facts.sounds.length ? "picture"
        : !facts.picture ? "sound" : kept.mode || (lineIsSlow() ? "sound" : "picture"),
      chosen: Boolean(kept.mode),
      sound: facts.sounds.some((sound) => sound.name === kept.sound) ? kept.sound : (facts.sounds[0] || {}).name,
      at: facts.start,
      loaded: false,
      hls: null,
      spoken: null,
      stalls: 0,
      mended: 0,
    };
    if (state.mode === "sound" && facts.picture && !state.chosen) say("slow");

    // ---------------------------------------------------------------- the stream

    const soundOf = (name) => facts.sounds.find((sound) => sound.name === name) || facts.sounds[0];
    const address = () => (state.mode === "sound" && facts.sounds.length ? soundOf(state.sound).url : facts.master);
    // A browser that plays HLS itself and lets us choose the sound, or cannot do it in any other way.
    const native = () =>
      media.canPlayType("application/vnd.apple.mpegurl") &&
      ("audioTracks" in media || !(window.MediaSource || window.ManagedMediaSource));
    const now = () => (state.loaded ? media.currentTime : state.at);

    function unload() {
      if (state.hls) { state.hls.destroy(); state.hls = null; }
      state.loaded = false;
    }

    function load(at, play) {
      unload();
      state.at = at;
      if (native()) {
        media.src = address();
        media.addEventListener("loadedmetadata", () => {
          media.currentTime = at;
          hear();
        }, { once: true, signal: over.signal });
        state.loaded = true;
        if (play) media.play().catch(() => {});
        return Promise.resolve();
      }
      if (!window.Hls) say("loading");
      return fetchScript(facts.script).then(() => {
        if (over.signal.aborted) return;
        if (!window.Hls.isSupported()) { plain(at, play); return; }
        say("");
        stream(at, play);
      }, () => plain(at, play));
    }

    function stream(at, play) {
      const Hls = window.Hls;
      const hls = new Hls({
        enableWorker: false, // a worker made of a string is what our content policy forbids
        startPosition: at,
        capLevelToPlayerSize: true,
        abrEwmaDefaultEstimate: navigator.connection && navigator.connection.downlink ? navigator.connection.downlink * 1e6 : 600000,
      });
      state.hls = hls;
      hls.on(Hls.Events.AUDIO_TRACKS_UPDATED, hear);
      hls.on(Hls.Events.FRAG_LOADED, measure);
      hls.on(Hls.Events.ERROR, (_name, told) => { if (told.fatal) mend(told); });
      hls.on(Hls.Events.MANIFEST_PARSED, () => { if (play) media.play().catch(() => {}); });
      hls.loadSource(address());
      hls.attachMedia(media);
      state.loaded = true;
    }

    // Something is wrong with the stream: try once to go on, then take the plain file.
    function mend(told) {
      const code = told.response ? told.response.code : 0;
      if (code === 404 || code === 403) { say("over"); media.pause(); unload(); return; }
      state.mended += 1;
      if (state.mended === 1 && told.type === window.Hls.ErrorTypes.MEDIA_ERROR) { state.hls.recoverMediaError(); return; }
      plain(now(), !media.paused);
    }

    function plain(at, play) {
      unload();
      const file = (state.mode === "picture" && facts.whole) || facts.sound;
      if (!file) { say("broken"); return; }
      media.src = file;
      media.addEventListener("error", () => say("broken"), { once: true, signal: over.signal });
      media.addEventListener("loadedmetadata", () => { media.currentTime = at; }, { once: true, signal: over.signal });
      state.loaded = true;
      if (play) media.play().catch(() => {});
    }

    // Choose the sound where the picture is there too: restored or original.
    function hear() {
      const index = facts.sounds.findIndex((sound) => sound.name === state.sound);
      if (state.mode !== "picture" || index < 0) return;
      if (state.hls) {
        const wanted = facts.sounds[index].url.split("?")[0].split("/").pop();
        const track = state.hls.audioTracks.findIndex((sound) => new URL(sound.url, location.href).pathname.endsWith(`/${wanted}`));
        if (track >= 0 && state.hls.audioTrack !== track) state.hls.audioTrack = track;
      } else if (media.audioTracks && media.audioTracks.length > index) {
        for (let number = 0; number < media.audioTracks.length; number += 1) media.audioTracks[number].enabled = number === index;
      }
    }

    // What is played on a line that turns out to be slow, as long as nobody chose otherwise.
    function measure() {
      if (state.mode !== "picture" || state.chosen || !facts.sounds.length) return;
      if (state.stalls >= 3 && state.hls.bandwidthEstimate < SLOW) { show("sound"); say("slow"); }
    }

    // ---------------------------------------------------------------- deeds

    function toggle() {
      if (!state.loaded) return load(state.at, true);
      if (media.paused) media.play().catch(() => {}); else media.pause();
    }

    function seek(to) {
      const place = Math.min(Math.max(0, to), Math.max(0, facts.duration - 0.1));
      state.at = place;
      if (state.loaded) media.currentTime = place;
      draw();
    }

    function show(mode) {
      if (!facts.picture || state.mode === mode) return;
      const at = now(), playing = state.loaded && !media.paused;
      state.mode = mode;
      choices();
      say(mode);
      if (state.loaded) load(at, playing);
    }

    function choose(mode) {
      state.chosen = true;
      remember({ mode: mode });
      show(mode);
    }

    function listen(name) {
      if (!name || name === state.sound) return;
      state.sound = name;
      remember({ sound: name });
      choices();
      const input = one(`input[name="player-sound"][value="${name}"]`);
      say("heard", { name: input ? input.closest("label").textContent.trim() : name });
      if (!state.loaded) return;
      if (state.mode === "sound") load(now(), !media.paused); else hear();
    }

    function speed(value) {
      media.preservesPitch = media.webkitPreservesPitch = media.mozPreservesPitch = true;
      media.defaultPlaybackRate = media.playbackRate = value;
      remember({ speed: value });
      const box = one("[data-speed]");
      if (Number(box.value) !== value) box.value = String(value);
    }

    function chapter(direction) {
      const places = all("[data-chapters] [data-seek]");
      const at = now();
      const link = direction > 0
        ? places.find((place) => Number(place.dataset.seek) > at + 0.5)
        : places.reverse().find((place) => Number(place.dataset.seek) < at - 2) || places[places.length - 1];
      if (!link) return;
      seek(Number(link.dataset.seek));
      say("chapter", { name: link.nextElementSibling.textContent });
    }

    function speech() {
      state.spoken = state.spoken || fetch(facts.speech, { credentials: "same-origin" })
        .then((answer) => (answer.ok ? answer.json() : { spoken: [] }))
        .then((told) => told.spoken.reduce((joined, [start, end]) => {
          const last = joined[joined.length - 1];
          if (last && start - last[1] < PAUSE) last[1] = end; else joined.push([start, end]);
          return joined;
        }, []))
        .catch(() => []);
      return state.spoken;
    }

    function toSpeech(direction) {
      return speech().then((spoken) => {
        const at = now();
        const found = direction > 0
          ? spoken.find(([start]) => start > at + 0.7)
          : spoken.slice().reverse().find(([start]) => start < at - 2);
        if (found) seek(Math.max(0, found[0] - 0.3)); else say("no-speech");
      });
    }

    function skipSilence() {
      const at = media.currentTime;
      speech().then((spoken) => {
        if (media.paused || media.seeking || spoken.some(([start, end]) => at > start - 0.5 && at < end + 0.7)) return;
        const next = spoken.find(([start]) => start > at);
        if (next && next[0] - at > 1.5) seek(next[0] - 0.4);
      });
    }

    function jumpLost() {
      const at = media.currentTime;
      const lost = facts.lost.find(([start, end]) => end - start >= JUMP_LOST && at >= start - 0.05 && at < end - 0.3);
      if (!lost || media.paused || media.seeking) return;
      say("skipped", { length: clock(lost[1] - at) });
      if (lost[1] >= facts.duration - 0.5) { media.pause(); finish(); } else seek(lost[1]);
    }

    function markHere() {
      const form = one("[data-marks] form:not([action$='/remove'])");
      if (!form) return;
      form.elements.place.value = clock(now());
      form.elements.words.focus();
      form.scrollIntoView({ block: "nearest" });
    }

    function finish() {
      if (facts.next) goOn(facts.next);
    }

    // The next part takes this one's place; the element that plays stays, so it may go on by itself.
    function goOn(url) {
      fetch(url, { credentials: "same-origin" })
        .then((answer) => (answer.ok ? answer.text() : Promise.reject()))
        .then((text) => {
          const fresh = new DOMParser().parseFromString(text, "text/html").getElementById("player");
          if (!fresh) { location.href = url; return; }
          unload();
          over.abort();
          fresh.querySelector("video").replaceWith(media);
          root.replaceWith(document.adoptNode(fresh));
          history.pushState({}, "", url);
          begin(document.getElementById("player"), media, true);
        })
        .catch(() => { location.href = url; });
    }

    // ---------------------------------------------------------------- the line of time

    const line = one("[data-line]");
    const part = (name) => {
      const element = document.createElement("span");
      element.className = name;
      line.appendChild(element);
      return element;
    };
    const gone = part("player__gone");
    facts.lost.forEach(([start, end]) => {
      const element = part("player__lost");
      element.style.left = `${100 * start / facts.duration}%`;
      element.style.width = `${100 * (end - start) / facts.duration}%`;
    });
    const head = part("player__head");
    const peek = part("player__peek");
    peek.hidden = true;
    const picture = document.createElement("i");
    peek.append(picture, document.createTextNode(""));

    function ticks() {
      all(".player__tick").forEach((tick) => tick.remove());
      [["chapter", "[data-chapters]"], ["mark", "[data-marks]"]].forEach(([kind, where]) => {
        all(`${where} [data-seek]`).forEach((place) => {
          part(`player__tick player__tick--${kind}`).style.left = `${100 * Number(place.dataset.seek) / facts.duration}%`;
        });
      });
    }

    function draw() {
      const at = now();
      const share = facts.duration ? Math.min(1, at / facts.duration) : 0;
      head.style.left = gone.style.width = `${100 * share}%`;
      one("[data-time]").textContent = `${clock(at)} / ${clock(facts.duration)}`;
      line.setAttribute("aria-valuenow", Math.floor(at));
      line.setAttribute("aria-valuetext", line.dataset.of.replace("{place}", clock(at)).replace("{length}", clock(facts.duration)));
      const remark = one("[data-remark]");
      if (remark) {
        const url = new URL(remark.href);
        url.searchParams.set("at", Math.floor(at));
        remark.href = url.href;
      }
    }

    const placeOf = (event) => {
      const box = line.getBoundingClientRect();
      return Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)) * facts.duration;
    };

    let thumbnails = null;
    function smallPictures() {
      thumbnails = thumbnails || (facts.thumbnails
        ? fetch(facts.thumbnails, { credentials: "same-origin" })
          .then((answer) => (answer.ok ? answer.text() : ""))
          .then((text) => [...text.matchAll(/([\d:.]+) --> ([\d:.]+).*\n(\S+)#xywh=(\d+),(\d+),(\d+),(\d+)/g)].map((found) => ({
            start: seconds(found[1]), end: seconds(found[2]), file: found[3], box: found.slice(4).map(Number),
          })))
          .catch(() => [])
        : Promise.resolve([]));
      return thumbnails;
    }
    const seconds = (stamp) => stamp.split(":").reduce((sum, value) => sum * 60 + Number(value), 0);

    function look(event) {
      const at = placeOf(event);
      peek.lastChild.textContent = clock(at);
      peek.hidden = false;
      smallPictures().then((cues) => {
        const cue = cues.find(({ start, end }) => at >= start && at < end);
        if (cue && state.mode === "picture") {
          const [x, y, width, height] = cue.box;
          Object.assign(picture.style, {
            width: `${width}px`, height: `${height}px`,
            backgroundImage: `url("${new URL(cue.file, new URL(facts.thumbnails, location.href)).href}")`,
            backgroundPosition: `-${x}px -${y}px`,
          });
        } else {
          picture.removeAttribute("style");
        }
        const box = line.getBoundingClientRect(), half = peek.offsetWidth / 2;
        peek.style.left = `${Math.min(Math.max(event.clientX - box.left - half, 0), box.width - 2 * half)}px`;
      });
    }

    line.setAttribute("role", "slider");
    line.tabIndex = 0;
    line.setAttribute("aria-label", line.dataset.label);
    line.setAttribute("aria-valuemin", "0");
    line.setAttribute("aria-valuemax", Math.floor(facts.duration));
    all("[data-line] img").forEach((image) => { image.alt = ""; image.draggable = false; });
    on(line, "pointerdown", (event) => { if (event.button === 0) { line.setPointerCapture(event.pointerId); seek(placeOf(event)); } });
    on(line, "pointermove", (event) => { look(event); if (event.buttons & 1) seek(placeOf(event)); });
    on(line, "pointerleave", () => { peek.hidden = true; });

    // ---------------------------------------------------------------- buttons and keys

    const deeds = {
      play: toggle,
      back: () => seek(now() - 10),
      on: () => seek(now() + 10),
      "speech-back": () => toSpeech(-1),
      "speech-on": () => toSpeech(1),
      mute: () => { media.muted = !media.muted; },
      full: () => { const stage = one("[data-stage]"); if (document.fullscreenElement) document.exitFullscreen(); else if (stage.requestFullscreen) stage.requestFullscreen(); else if (media.webkitEnterFullscreen) media.webkitEnterFullscreen(); },
      mark: markHere,
      help: () => {
        const keys = one("[data-keys]");
        keys.hidden = !keys.hidden;
        one("[data-do=help]").setAttribute("aria-expanded", String(!keys.hidden));
      },
    };
    const faster = (step) => {
      const place = SPEEDS.indexOf(media.playbackRate);
      const value = SPEEDS[Math.min(SPEEDS.length - 1, Math.max(0, (place < 0 ? 2 : place) + step))];
      speed(value);
      say("speed", { speed: String(value) });
    };
    const louder = (step) => { media.volume = Math.min(1, Math.max(0, media.volume + step)); };
    const nextSound = () => {
      const place = facts.sounds.findIndex((sound) => sound.name === state.sound);
      if (facts.sounds.length > 1) listen(facts.sounds[(place + 1) % facts.sounds.length].name);
    };
    // By the place of the key, so that they are the same on a Cyrillic layout.
    const keys = {
      KeyK: toggle, Space: toggle,
      ArrowLeft: () => seek(now() - 5), ArrowRight: () => seek(now() + 5),
      ArrowUp: () => louder(0.1), ArrowDown: () => louder(-0.1),
      KeyJ: deeds.back, KeyL: deeds.on,
      Comma: deeds["speech-back"], Period: deeds["speech-on"],
      KeyC: (event) => chapter(event.shiftKey ? -1 : 1),
      BracketLeft: () => faster(-1), BracketRight: () => faster(1),
      KeyM: deeds.mute, KeyF: deeds.full, KeyB: markHere, KeyO: nextSound,
      KeyA: () => choose(state.mode === "sound" ? "picture" : "sound"),
    };

    on(document, "keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const target = event.target;
      if (target.closest("input:not([type=radio]):not([type=checkbox]):not([type=range]), textarea, select, summary, [contenteditable]")) return;
      const own = target.closest("button, a, input");
      if (own && (event.code === "Space" || event.code === "Enter")) return;
      if (target.closest("input") && event.code.startsWith("Arrow")) return;
      // Up and down move the page; only on the player itself they are the volume.
      if (/Arrow(Up|Down)/.test(event.code) && !target.closest("[data-line], [data-stage]")) return;
      const digit = /^(?:Digit|Numpad)(\d)$/.exec(event.code);
      const deed = event.key === "?" ? deeds.help : digit && !event.shiftKey ? () => seek(facts.duration * Number(digit[1]) / 10) : keys[event.code];
      if (target === line && (event.code === "Home" || event.code === "End")) seek(event.code === "Home" ? 0 : facts.duration);
      else if (deed) deed(event);
      else return;
      event.preventDefault();
      event.stopImmediatePropagation(); // j and k are rows of tables elsewhere
    }, { capture: true });

    on(root, "click", (event) => {
      const tool = event.target.closest("[data-do]");
      if (tool) { deeds[tool.dataset.do](); return; }
      const place = event.target.closest("[data-seek]");
      if (place && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
        event.preventDefault();
        seek(Number(place.dataset.seek));
        if (!state.loaded) load(state.at, true);
      }
    });
    on(one("[data-stage]"), "click", (event) => { if (event.target === media) toggle(); });
    on(root, "change", (event) => {
      if (event.target.name === "player-mode") choose(event.target.value);
      if (event.target.name === "player-sound") listen(event.target.value);
      if (event.target.matches("[data-speed]")) speed(Number(event.target.value));
      if (event.target.matches("[data-skip]")) remember({ skip: event.target.checked });
    });
    on(one("[data-volume]"), "input", (event) => { media.volume = Number(event.target.value); media.muted = false; });

    // A mark is made or taken back without losing the place: the list of the answer takes its place.
    on(root, "submit", (event) => {
      const form = event.target.closest("[data-marks] form");
      if (!form) return;
      event.preventDefault();
      const taken = form.action.endsWith("/remove");
      fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), credentials: "same-origin" })
        .then((answer) => answer.text().then((text) => {
          const fresh = new DOMParser().parseFromString(text, "text/html").querySelector("[data-marks]");
          if (!fresh) throw new Error("no list");
          one("[data-marks]").replaceWith(document.adoptNode(fresh));
          ticks();
          if (answer.ok) { say(taken ? "unmarked" : "marked"); line.focus(); }
          else { const wrong = one("[data-marks] [aria-invalid=true]"); if (wrong) wrong.focus(); }
        }))
        .catch(() => form.submit());
    });

    function choices() {
      root.classList.toggle("player--sound", state.mode === "sound");
      all('input[name="player-mode"]').forEach((input) => { input.checked = input.value === state.mode; });
      all('input[name="player-sound"]').forEach((input) => { input.checked = input.value === state.sound; });
    }

    function playing() {
      const button = one("[data-do=play]");
      const going_ = !media.paused;
      button.querySelector("[data-label]").textContent = words[going_ ? "pause" : "play"];
      button.title = `${words[going_ ? "pause" : "play"]} (K)`;
      button.querySelector("path").setAttribute("d", going_ ? "M6 4h4v16H6zM14 4h4v16h-4z" : "M7 4v16l13-8z");
    }

    on(media, "timeupdate", () => { if (state.loaded) { draw(); jumpLost(); if (one("[data-skip]").checked) skipSilence(); } });
    on(media, "seeked", draw);
    on(media, "play", playing);
    on(media, "pause", playing);
    on(media, "waiting", () => { state.stalls += 1; });
    on(media, "ended", finish);
    on(media, "volumechange", () => {
      one("[data-do=mute]").setAttribute("aria-pressed", String(media.muted));
      one("[data-volume]").value = media.muted ? 0 : media.volume;
    });
    const timer = setInterval(() => {
      if (!media.paused) fetch(facts.master, { method: "HEAD", credentials: "same-origin", redirect: "manual" }).then((answer) => { if (answer.status === 404 || answer.type === "opaqueredirect") say("over"); }).catch(() => {});
    }, KEEP);
    over.signal.addEventListener("abort", () => clearInterval(timer));

    media.controls = false;
    if (!going) media.removeAttribute("src");
    [...media.querySelectorAll("source")].forEach((source) => source.remove());
    one("[data-tools]").hidden = false;
    one("[data-skip]").checked = Boolean(kept.skip);
    speed(SPEEDS.includes(kept.speed) ? kept.speed : 1);
    choices();
    ticks();
    draw();
    playing();
    if (going) {
      const parts = root.querySelector("[aria-current]");
      say("part", { number: parts ? [...parts.parentNode.children].indexOf(parts) + 1 : "" });
      load(facts.start, true);
    }
  }

  addEventListener("popstate", () => location.reload());
  const root = document.getElementById("player");
  if (root) begin(root, document.getElementById("video"), false);
})();
