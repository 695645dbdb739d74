"use strict";
// Switches between figures that were computed beforehand, and marks which words two
// texts do not share. All that is put into the page is text.

const find = (selector, within = document) => [...within.querySelectorAll(selector)];

function show(surface, language) {
  for (const section of find("main > section")) {
    const views = find(".view", section);
    for (const view of views) {
      const { surface: its, language: of } = view.dataset;
      view.hidden = of !== language || (surface !== "" && its !== surface);
    }
    for (const none of find(".none", section)) {
      none.hidden = views.length === 0 || views.some((view) => !view.hidden);
    }
  }
}

function filterViews(form) {
  const surface = form.querySelector("#surface");
  const language = form.querySelector("#language");
  const told = form.querySelector("#told");
  const apply = () => {
    show(surface.value, language.value);
    const words = [surface.value || "all surfaces", language.value || "all languages"];
    told.textContent = `Shown: ${words.join(", ")}`;
  };
  form.addEventListener("change", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  apply();
}

function narrowTasks(form) {
  const tasks = find(".beside", document.getElementById(form.dataset.for));
  form.addEventListener("change", () => {
    const kind = form.querySelector(".kind").value;
    const language = form.querySelector(".of").value;
    for (const task of tasks) {
      const fits = (wanted, its) => wanted === "" || wanted === its;
      task.hidden = !fits(kind, task.dataset.kind) || !fits(language, task.dataset.of);
    }
  });
  form.hidden = false;
}

const words = (text) => text.match(/\w+|\s+|[^\w\s]/gu) ?? [];

// The lengths of the longest sequences of words that both have from each place on.
function shared(one, other) {
  const rows = Array.from({ length: one.length + 1 }, () => new Uint16Array(other.length + 1));
  for (let i = one.length - 1; i >= 0; i--) {
    for (let j = other.length - 1; j >= 0; j--) {
      rows[i][j] = one[i] === other[j]
        ? rows[i + 1][j + 1] + 1
        : Math.max(rows[i + 1][j], rows[i][j + 1]);
    }
  }
  return rows;
}

function differences(one, other) {
  const rows = shared(one, other);
  const parts = [];
  let i = 0;
  let j = 0;
  while (i < one.length || j < other.length) {
    if (i < one.length && j < other.length && one[i] === other[j]) {
      parts.push(["", one[i++]]);
      j++;
    } else if (j >= other.length || (i < one.length && rows[i + 1][j] >= rows[i][j + 1])) {
      parts.push(["del", one[i++]]);
    } else {
      parts.push(["ins", other[j++]]);
    }
  }
  return parts;
}

function mark(pre, parts, kind) {
  pre.replaceChildren(...parts.filter(([its]) => its === "" || its === kind).map(([its, word]) => {
    if (its === "") return document.createTextNode(word);
    const element = document.createElement(its);
    element.textContent = word;
    return element;
  }));
}

function compareTexts(form) {
  const texts = find(".sides pre", form.parentElement);
  const originals = texts.map((pre) => pre.textContent);
  form.addEventListener("change", () => {
    texts.forEach((pre, number) => { pre.textContent = originals[number]; });
    const [one, other] = [".one", ".other"].map((name) => form.querySelector(name).value);
    if (one === "" || one === other) return;
    const parts = differences(words(originals[one]), words(originals[other]));
    mark(texts[one], parts, "del");
    mark(texts[other], parts, "ins");
  });
  form.hidden = false;
}

find("#filters").forEach(filterViews);
find(".narrow").forEach(narrowTasks);
find(".compare").forEach(compareTexts);
