// Pictures open alone when they are clicked. Explorers in frames follow the page's switch between
// light and dark. (Without it they follow the system: a frame of a file:// page cannot be reached,
// and does just that.)
"use strict";

function follow() {
  for (const frame of document.querySelectorAll(".explorer iframe")) {
    try {
      frame.contentDocument.documentElement.dataset.theme = document.body.dataset.theme;
    } catch {
      // of another origin: it follows the system
    }
  }
}

document.addEventListener("DOMContentLoaded", () => {
  for (const image of document.querySelectorAll(".picture img")) {
    image.title = "Open the picture alone, as large as it is";
    image.addEventListener("click", () => window.open(image.src));
  }
  new MutationObserver(follow).observe(document.body, { attributeFilter: ["data-theme"] });
  for (const frame of document.querySelectorAll(".explorer iframe")) {
    frame.addEventListener("load", follow);
  }
  follow();
  if (location.pathname.includes("/zh/")) document.querySelector("article").lang = "zh-CN";
});
