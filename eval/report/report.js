"use strict";
(() => {
  const main = document.querySelector("main");
  const tools = document.querySelector(".tools");
  const words = document.querySelector("#words");
  const found = document.querySelector("#found");
  const questions = [...document.querySelectorAll(".question")];
  let texts = null; // read when first searched: a long report opens without it

  const show = () => {
    const kind = document.querySelector("input[name=show]:checked").value;
    const wanted = words.value.trim().toLowerCase();
    if (wanted && !texts) texts = questions.map((one) => one.textContent.toLowerCase());
    let count = 0;
    questions.forEach((one, index) => {
      const fits = (kind === "all" || one.classList.contains(kind)) && (!wanted || texts[index].includes(wanted));
      one.hidden = !fits;
      if (fits) count += 1;
    });
    main.dataset.show = kind;
    found.textContent = count === questions.length ? "" : `${count} of ${questions.length} shown`;
  };

  const anchored = (hash) => {
    try {
      return decodeURIComponent(hash);
    } catch {
      return hash; // a lone % stands for itself
    }
  };

  const reveal = () => {
    const target = location.hash.length > 1 && document.getElementById(anchored(location.hash.slice(1)));
    if (!target) return;
    for (let one = target; one; one = one.parentElement) {
      if (one instanceof HTMLDetailsElement) one.open = true;
      one.hidden = false;
    }
    target.scrollIntoView({ block: "center" });
    target.focus({ preventScroll: true });
  };

  document.querySelectorAll("input[name=show]").forEach((one) => one.addEventListener("change", show));
  words.addEventListener("input", show);
  window.addEventListener("hashchange", reveal);
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    if (link && link.hash === location.hash) reveal(); // the same citation again: the hash does not change
  });
  document.addEventListener("keydown", (event) => {
    const writing = event.target instanceof HTMLInputElement && event.target.type === "search";
    if (event.key === "/" && !writing && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      words.focus();
    } else if (event.key === "Escape" && writing) {
      words.value = "";
      show();
    }
  });
  tools.hidden = false;
  show();
  reveal();
})();
