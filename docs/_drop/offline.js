/* Keeps the page "Drop your checkpoint" and what it runs, so that it works without a network.  It sees that page and its
   worker alone (its scope), and asks nobody but the site: what is there comes from the site, and from the cache where
   the site cannot be reached.  Python itself never changes under its address, so it comes from the cache at once. */
"use strict";
const NAME = `lstm_shapes ${self.registration.scope}`;
const FIXED = /-files\/(pyodide-[\d.]+\/|lstm_shapes-[0-9a-f]+\.zip$)/;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

async function answer(request, event) {
  const cache = await caches.open(NAME);
  const kept = FIXED.test(request.url) && await cache.match(request);
  if (kept) return kept;
  try {
    const found = await fetch(request);
    if (found.status === 200) event.waitUntil(cache.put(request, found.clone()).catch(() => {})); // no room: not kept
    return found;
  } catch (error) {
    const old = await cache.match(request, { ignoreSearch: request.mode === "navigate" });
    if (old) return old;
    throw error;
  }
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method === "GET" && new URL(request.url).origin === self.location.origin) {
    event.respondWith(answer(request, event));
  }
});

/* The page says what it consists of: what is missing is fetched, what an older page kept goes away. */
async function keep(addresses) {
  const cache = await caches.open(NAME), kept = (await cache.keys()).map((request) => request.url);
  const needed = (address) => address.startsWith(self.registration.scope); // a style sheet may be missing
  const add = (address) => cache.add(address).catch((error) => { if (needed(address)) throw error; });
  await Promise.all(addresses.filter((one) => !kept.includes(one)).map(add));
  await Promise.all(kept.filter((one) => !addresses.includes(one)).map((one) => cache.delete(one)));
}

self.addEventListener("message", (event) => {
  event.waitUntil(keep(event.data).then(() => event.ports[0].postMessage(true), () => event.ports[0].postMessage(false)));
});
