// What moves on the pages: stories as they come, and a query tried while it is typed.
"use strict";

(() => {
  const parsed = (text) => {
    const template = document.createElement("template");
    template.innerHTML = text;
    return template.content;
  };

  // Stories as they come. The server sends each as it stands in the list.
  const live = (list) => {
    const status = document.getElementById("live");
    const say = (text) => { status.textContent = text; };
    const source = new EventSource(list.dataset.live);
    source.addEventListener("open", () => say("Live: new stories appear by themselves."));
    source.addEventListener("error", () => say("Not connected; trying again."));
    const take = (event, isNew) => {
      const story = parsed(event.data).querySelector("li");
      const known = document.getElementById(story.id);
      if (known && known.contains(document.activeElement)) {
        // Nobody is thrown out of what they are at.
        return;
      }
      if (!isNew) {
        if (known) known.replaceWith(story);
        return;
      }
      if (known) known.remove();
      document.getElementById("none")?.remove();
      story.classList.add("fresh");
      list.prepend(story);
      while (list.children.length > 200) list.lastElementChild.remove();
    };
    source.addEventListener("story", (event) => take(event, true));
    source.addEventListener("told", (event) => take(event, false));
    window.addEventListener("pagehide", () => source.close());
  };

  // A query tried while it is typed: its mistakes soon, what it finds when the typing stops.
  const trial = (form) => {
    const answer = document.getElementById("answer");
    const query = form.elements.namedItem("query");
    const since = form.elements.namedItem("days");
    let timer = 0;
    let asking = null;
    const ask = async (part) => {
      if (asking) asking.abort();
      asking = new AbortController();
      const words = new URLSearchParams({ query: query.value, days: since.value, part });
      answer.setAttribute("aria-busy", "true");
      try {
        const reply = await fetch(`/try/answer?${words}`, { signal: asking.signal });
        const text = await reply.text();
        if (reply.ok) answer.replaceChildren(parsed(text));
        answer.removeAttribute("aria-busy");
        history.replaceState(null, "", `/try?${new URLSearchParams({ query: query.value, days: since.value })}`);
      } catch (error) {
        if (error.name !== "AbortError") answer.textContent = "The daemon does not answer.";
      }
    };
    const soon = () => {
      clearTimeout(timer);
      timer = setTimeout(async () => {
        await ask("mistakes");
        timer = setTimeout(() => ask("all"), 500);
      }, 250);
    };
    query.addEventListener("input", soon);
    since.addEventListener("change", () => ask("all"));
    form.addEventListener("submit", (event) => { event.preventDefault(); clearTimeout(timer); ask("all"); });
  };

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button[data-copies]");
    if (!button) return;
    const text = document.getElementById(button.dataset.copies).textContent;
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(document.getElementById(button.dataset.copies));
    }
  });

  const list = document.querySelector("[data-live]");
  if (list) live(list);
  const form = document.querySelector("form.try");
  if (form) trial(form);
})();
