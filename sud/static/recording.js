// Two small services of the pages of recordings: follow a conversion, and play HLS where the
// browser cannot do it alone. Without this file both work as well: the page reloads itself, and
// the player takes the ordinary file.
(function () {
  "use strict";

  function follow() {
    window.setTimeout(function () {
      fetch(location.href, { credentials: "same-origin" })
        .then(function (answer) { return answer.ok ? answer.text() : Promise.reject(); })
        .then(function (text) {
          var fresh = new DOMParser().parseFromString(text, "text/html").querySelector("[data-working]");
          var here = document.querySelector("[data-working]");
          if (!fresh) { location.reload(); return; }
          if (here.innerHTML !== fresh.innerHTML) { here.replaceChildren.apply(here, fresh.childNodes); }
          follow();
        })
        .catch(follow);
    }, 3000);
  }

  function play(video) {
    if (video.canPlayType("application/vnd.apple.mpegurl") || !window.MediaSource) { return; }
    // The player is heavy: fetch it when somebody wants to play, not before.
    video.addEventListener("play", function begin() {
      video.removeEventListener("play", begin);
      var script = document.createElement("script");
      script.src = video.dataset.script;
      script.onload = function () { stream(video); };
      document.head.appendChild(script);
    });
  }

  function stream(video) {
    if (!window.Hls || !window.Hls.isSupported()) { return; }
    var at = video.currentTime;
    var hls = new window.Hls({ enableWorker: false, startPosition: at });
    hls.on(window.Hls.Events.ERROR, function (_event, told) {
      // The right to play has ended or the line is gone: the page knows more.
      if (told.fatal) { hls.destroy(); video.src = video.querySelector("source[type='video/mp4']").src; }
    });
    hls.loadSource(video.dataset.stream);
    hls.attachMedia(video);
    hls.on(window.Hls.Events.MANIFEST_PARSED, function () { video.play().catch(function () {}); });
  }

  if (document.querySelector("[data-working]")) { follow(); }
  var player = document.getElementById("player");
  if (player) { play(player); }
}());
