// Follows a conversion; without this file the page reloads itself. The player is player.js.
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

  if (document.querySelector("[data-working]")) { follow(); }
}());
