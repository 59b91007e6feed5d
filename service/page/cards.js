// Citation markers, each with a card that shows the quoted words and their source.

import { credit, find, make, own, titled } from "./dom.js";
import { read } from "./address.js";

let shown = null;
let leaving = 0;

/** A marker: shows its card on hover, focus or tap, and opens the article on click. */
export function marker(citation) {
  const { article, number, start, end } = citation;
  const button = make("button", {
    class: "cite", type: "button", "data-number": number,
    "aria-label": `Source ${number}: ${article.outlet || titled(article)}`,
  }, String(number));
  let touched = false;
  button.addEventListener("pointerdown", (event) => (touched = event.pointerType === "touch"));
  button.addEventListener("pointerenter", (event) => event.pointerType !== "touch" && show(button, citation));
  button.addEventListener("pointerleave", (event) => event.pointerType !== "touch" && hide_soon());
  button.addEventListener("focus", () => button.matches(":focus-visible") && show(button, citation));
  button.addEventListener("blur", (event) => !find("card").contains(event.relatedTarget) && hide_soon());
  button.addEventListener("click", () => {
    if (touched && shown !== button) show(button, citation); // the first tap shows the card, the next one opens
    else open(article.id, start, end);
    touched = false;
  });
  return button;
}

function open(id, start, end) {
  hide();
  read(id, start, end);
}

function show(button, { article, quote, start, end }) {
  hide();
  const card = find("card");
  card.replaceChildren(
    own("p", { class: "credit" }, credit(article)),
    own("p", { class: "title" }, titled(article)),
    own("blockquote", {}, quote),
    make("button", { type: "button", class: "quiet", on: { click: () => open(article.id, start, end) } }, "Read it in the article"),
  );
  card.hidden = false;
  shown = button;
  button.setAttribute("aria-describedby", "card");
  place(card, button);
}

function place(card, button) {
  const at = button.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = card;
  const left = Math.max(8, Math.min(at.left - 24, innerWidth - width - 8));
  const above = at.bottom + height + 12 > innerHeight && at.top - height - 6 > 0;
  card.style.left = `${left}px`;
  card.style.top = `${above ? at.top - height - 6 : Math.max(8, Math.min(at.bottom + 6, innerHeight - height - 8))}px`;
}

function hide() {
  clearTimeout(leaving);
  shown?.removeAttribute("aria-describedby");
  shown = null;
  find("card").hidden = true;
}

function hide_soon() {
  clearTimeout(leaving);
  leaving = setTimeout(hide, 180); // time to move onto the card
}

/** Adds the listeners that hide a card. */
export function begin() {
  const card = find("card");
  card.addEventListener("pointerenter", () => clearTimeout(leaving));
  card.addEventListener("pointerleave", (event) => event.pointerType !== "touch" && hide_soon());
  card.addEventListener("focusout", (event) => !card.contains(event.relatedTarget) && hide_soon());
  addEventListener("scroll", () => shown && !shown.matches(":focus") && hide(), { passive: true });
  addEventListener("pointerdown", (event) => shown && !card.contains(event.target) && event.target !== shown && hide());
}

/** Hides the card; returns whether one was shown. */
export function escape() {
  const was = !find("card").hidden;
  hide();
  return was;
}
