/* The search page: takes the question apart as docs/_ext/find_words.py did the pages, and adds up their scores. */
"use strict";

const Find = {
  SHOWN: 15,
  ALSO: 0.35, // how much a word counts that the reader did not write
  NEAR: 0.5, // … or that is one letter off, or only begins like it

  words(text) {
    const found = [];
    const plain = text.normalize("NFC").replace(/(\d)[\u00a0\u202f,](?=\d{3}(?!\d))/g, "$1");
    for (const name of plain.match(/[\p{L}\p{N}]+(?:_[\p{L}\p{N}]+)*/gu) || []) {
      const parts = name.split("_").flatMap(
        (piece) => piece.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\x00-\x7f]+/g) || []);
      const low = name.toLowerCase();
      if (parts.some((part) => part.toLowerCase() === low)) found.push(Find.stem(name));
      else found.push(low, ...parts.map(Find.stem));
    }
    return found.filter(Boolean);
  },

  stem(word) {
    const low = word.toLowerCase();
    if (Object.hasOwn(Find.index.stems, low)) return Find.index.stems[low];
    if (stopwords.has(low) || (low.length === 1 && !/\d/.test(low))) return "";
    return Find.stemmer.stemWord(low);
  },

  /* word -> weight */
  wanted(text) {
    const said = Find.words(text);
    const weights = new Map();
    const add = (word, weight) => weights.set(word, Math.max(weights.get(word) || 0, weight));
    said.forEach((word, i) => {
      add(word, 1);
      if (i) add(`${said[i - 1]} ${word}`, 1);
    });
    said.forEach((word) => {
      const also = Object.hasOwn(Find.index.also, word) ? Find.index.also[word] : [];
      also.forEach((other) => add(other, Find.ALSO));
      if (!Object.hasOwn(Find.index.words, word) && /^\D{4,}$/.test(word))
        Find.near(word).forEach((other) => add(other, Find.NEAR));
    });
    return weights;
  },

  /* Words of the pages that begin like an unknown word, or differ from it by one letter. */
  near(word) {
    return Object.keys(Find.index.words).filter((other) => !other.includes(" ") && Math.abs(other.length - word.length) < 4
      && (other.startsWith(word) || Find.oneOff(word, other)));
  },

  oneOff(one, two) {
    if (Math.abs(one.length - two.length) > 1) return false;
    let i = 0;
    while (i < one.length && one[i] === two[i]) i++;
    const [a, b] = [one.slice(i), two.slice(i)];
    return a.slice(1) === b.slice(1) || a.slice(1) === b || a === b.slice(1)
      || (a.length > 1 && a[0] === b[1] && a[1] === b[0] && a.slice(2) === b.slice(2));
  },

  /* [page, score, anchor], best first: a page counts as much as it, or one section of it, does. */
  ranked(text) {
    const scores = new Map(), best = new Map();
    for (const [word, weight] of Find.wanted(text)) {
      const row = Object.hasOwn(Find.index.words, word) ? Find.index.words[word] : [];
      for (let i = 0; i < row.length; i += 2)
        scores.set(row[i], (scores.get(row[i]) || 0) + weight * row[i + 1]);
    }
    for (const [number, score] of scores) {
      const [page, anchor] = Find.index.documents[number];
      if (!best.has(page) || best.get(page)[1] < score) best.set(page, [page, score, anchor]);
    }
    return [...best.values()].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  },

  /* The headings of a page that share most words with the question. */
  headings(page, text, best) {
    const asked = new Set(Find.words(text));
    const shared = page[3].map(([words, anchor]) => [new Set(Find.words(words).filter((w) => asked.has(w))).size, words, anchor]);
    const first = ([many, , anchor]) => many + (anchor === best ? 100 : 0);
    return shared.filter((one) => first(one) > 1).sort((a, b) => first(b) - first(a)).slice(0, 2);
  },

  show(text) {
    const out = document.getElementById("search-results");
    const element = (tag, words, to = out) => {
      const one = to.appendChild(document.createElement(tag));
      one.textContent = words;
      return one;
    };
    const link = (href, words, to) => { element("a", words, to).href = href; };
    out.replaceChildren();
    if (!text.trim()) return;
    const found = Find.ranked(text).slice(0, Find.SHOWN);
    element("p", found.length ? `Best answers to “${text}”:`
      : `Nothing found for “${text}”. Try other words, or the list on the landing page.`).setAttribute("role", "status");
    const list = element("ol", "");
    list.className = "found";
    for (const [number, , anchor] of found) {
      const page = Find.index.pages[number], item = element("li", "", list);
      link(`${page[0]}.html`, page[1], item);
      if (page[2]) element("p", page[2], item);
      const headings = Find.headings(page, text, anchor);
      if (headings.length) {
        const line = element("p", "There: ", item);
        headings.forEach(([, words, anchor], i) => {
          if (i) line.append(" · ");
          link(`${page[0]}.html#${anchor}`, words, line);
        });
      }
    }
  },

  load(index) {
    Find.index = index;
    Find.stemmer = new Stemmer();
    const text = new URLSearchParams(location.search).get("q") || "";
    document.querySelectorAll('input[name="q"]').forEach((input) => { input.value = text; });
    Find.show(text);
  },
};
