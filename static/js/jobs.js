// The page of imports and exports, and that of one import: while a job waits or runs, asks how far it is and moves its bar; when one ends or
// begins, takes the list anew and says so (of one import: loads its page). Without this script a reload shows the same.
const INTERVAL_MS = 2000;
const LONGEST_MS = 30000;

let list = document.getElementById("jobs");
const live = document.getElementById("jobs-live");
let pause = INTERVAL_MS;

const underWay = () => [...list.querySelectorAll("[data-job][data-state]")];

function show(item, { percent, words }) {
  const bar = item.querySelector("progress");
  if (percent === null) bar.removeAttribute("value");
  else bar.value = percent;
  const place = item.querySelector("[data-progress-words]");
  if (place.textContent !== words) place.textContent = words;
}

async function takeAnew(changed) {
  const answer = await fetch(window.location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("jobs");
  const focused = list.contains(document.activeElement) ? document.activeElement : null;
  const [focusedId, itemId] = [focused?.id, focused?.closest("[data-job]")?.id];
  list.replaceWith(fresh);
  list = fresh;
  if (focused) { // the button may be gone; then what took its place, else the list
    const target = document.getElementById(focusedId) || document.getElementById(itemId)?.querySelector("a, button") || list;
    if (target === list) list.tabIndex = -1;
    target.focus();
  }
  live.textContent = changed.map((key) => document.getElementById(key)?.dataset.words).filter(Boolean).join(" ");
}

async function ask() {
  const answer = await fetch(list.dataset.progressUrl, { headers: { Accept: "application/json" } });
  if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
  const known = new Map((await answer.json()).jobs.map((job) => [job.key, job]));
  const changed = [];
  underWay().forEach((item) => {
    const job = known.get(item.dataset.job);
    if (job?.state !== item.dataset.state) changed.push(item.dataset.job);
    else show(item, job);
  });
  if (changed.length && list.hasAttribute("data-reload")) window.location.reload();
  else if (changed.length) await takeAnew(changed);
}

async function turn() {
  if (!document.hidden) {
    try {
      await ask();
      pause = INTERVAL_MS;
    } catch {
      pause = Math.min(2 * pause, LONGEST_MS); // the server restarts, or the network is gone
    }
  }
  if (underWay().length) setTimeout(turn, pause);
}

if (underWay().length) setTimeout(turn, pause);
