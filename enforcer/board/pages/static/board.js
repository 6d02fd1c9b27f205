// What a part of a picture is about is told beside the picture, as soon as it is pointed at or focused. Without this
// script each part leads to the same words further down the page.
"use strict";
for (const picture of document.querySelectorAll(".picture")) {
  const teller = picture.querySelector(".teller");
  const tell = (event) => {
    const link = event.target.closest("svg.course a");
    if (!link) return;
    const words = document.createElement("p");
    words.textContent = link.getAttribute("aria-label");
    teller.replaceChildren(words);
    const place = document.getElementById(link.getAttribute("href").slice(1));
    if (place && place.matches(".cycle")) {
      for (const part of place.querySelectorAll(":scope > .facts")) teller.append(part.cloneNode(true));
    } else if (place && place.matches(".steps li")) {
      for (const part of place.children) teller.append(open(part.cloneNode(true)));
    }
    teller.hidden = false;
  };
  const open = (part) => {
    if (part.matches("details")) part.open = true;
    return part;
  };
  picture.addEventListener("focusin", tell);
  picture.addEventListener("mouseover", tell);
}
// A link into a closed part of the page opens it, and one to a step shows the words that were written.
const unfold = () => {
  const place = document.getElementById(location.hash.slice(1));
  const closed = place && place.closest("details");
  if (closed) closed.open = true;
  if (place && place.matches(".steps li")) {
    for (const words of place.querySelectorAll("details.words")) words.open = true;
  }
  if (place) place.scrollIntoView();
};
addEventListener("hashchange", unfold);
unfold();
