// Shows how far a job is: asks again and again, and loads the page anew when it is over.
const PAUSE = 1000; // milliseconds
const MOST_PAUSE = 10000;

async function follow(box) {
  const bar = box.querySelector("progress");
  const words = box.querySelector("[data-progress-words]");
  let pause = PAUSE;
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, pause));
    try {
      const answer = await fetch(box.dataset.progress, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(answer.status);
      const found = await answer.json();
      if (found.is_over) return location.reload();
      if (found.total) {
        bar.max = found.total;
        bar.value = found.done;
      } else {
        bar.removeAttribute("value");
      }
      if (words.textContent !== found.words) words.textContent = found.words;
      pause = PAUSE;
    } catch { // out of reach for a moment: ask less often
      pause = Math.min(pause * 2, MOST_PAUSE);
    }
  }
}

document.querySelectorAll("[data-progress]").forEach(follow);
