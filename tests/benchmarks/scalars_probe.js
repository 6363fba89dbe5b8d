// What a page of charts takes, seen from inside of it, before its own scripts run. Times are those of performance.now.
// A card of ours clears the canvas of its lines whenever it draws; one of TensorBoard's has a spinner until its points are
// there.

window.probe = (() => {
  const QUIET_MS = 400;
  const PATIENCE_MS = 60_000;
  const draws = new Map(); // card → when it was drawn last

  const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const isInView = (element) => {
    const { top, bottom, height } = element.getBoundingClientRect();
    return height > 0 && top < innerHeight && bottom > 0;
  };
  const inView = (selector) => [...document.querySelectorAll(selector)].filter(isInView);
  const cards = () => inView("figure.card");
  const until = async (isDone) => {
    const began = performance.now();
    while (!isDone()) {
      if (performance.now() - began > PATIENCE_MS) throw new Error(`it took too long: ${isDone}`);
      await frame();
    }
    await frame();
    return performance.now();
  };

  const { clearRect } = CanvasRenderingContext2D.prototype;
  CanvasRenderingContext2D.prototype.clearRect = function (...area) {
    if (this.canvas.parentNode?.matches(".u-wrap")) draws.set(this.canvas.closest(".card"), performance.now());
    clearRect.apply(this, area);
  };

  const drawnAt = (card) => draws.get(card) ?? 0;
  const isFull = (card, rest) => card.querySelector(".card-values .more")?.textContent === rest;
  const isDrawn = (card) => card.querySelector(".card-foot-kind").textContent !== "";
  const isRead = (card) => card.querySelector("line-chart") && !card.querySelector("mat-spinner") && card.querySelector("line-chart .tick, line-chart text");
  const opened = async (first, all) => ({ first: await until(first), all: await until(all) });

  return {
    frame,
    cards,
    // rest: what a card says of runs beyond the three whose values it shows
    ours: (rest) => opened(
      () => cards().some((card) => isFull(card, rest)),
      () => cards().length > 0 && cards().every((card) => isFull(card, rest)),
    ),
    theirs: () => opened(
      () => inView("scalar-card").some(isRead),
      () => inView("scalar-card").length > 0 && inView("scalar-card").every(isRead),
    ),

    // From what `act` does to all cards in view drawn at least once since, and to the last drawing of any of them: [ms, ms].
    async redraw(act) {
      const began = performance.now();
      act();
      const all = await until(() => cards().length > 0 && cards().every((card) => drawnAt(card) > began));
      const latest = () => Math.max(...cards().map(drawnAt));
      let [last, seen] = [all, latest()];
      while (performance.now() - latest() < QUIET_MS) {
        await frame();
        if (latest() > seen) [last, seen] = [performance.now(), latest()];
      }
      return [all - began, last - began];
    },

    // From what `act` does to all cards in view being those of tags with a text in their name, and drawn: ms.
    async filter(text, act) {
      const began = performance.now();
      act();
      return [(await until(() => cards().length > 0 && cards().every((card) => card.dataset.tag.includes(text) && isDrawn(card)))) - began];
    },

    // The time of each of several frames, in which `act` is called with its number: from it to the end of the frame.
    async each(count, act) {
      const taken = [];
      for (let i = 0; i < count; i += 1) {
        await new Promise(requestAnimationFrame);
        const began = performance.now();
        act(i);
        await frame();
        taken.push(performance.now() - began);
      }
      return taken;
    },

    // Of several frames what is done in each for `act`, which is called before it: from its beginning to its picture.
    async work(count, act) {
      const taken = [];
      for (let i = 0; i < count; i += 1) {
        let began = 0;
        requestAnimationFrame(() => (began = performance.now()));
        act(i);
        await frame();
        taken.push(performance.now() - began);
      }
      return taken;
    },

    // The times between frames while the page scrolls from its top to its end.
    async scroll(stride) {
      const page = document.querySelector(".page");
      const between = [];
      page.scrollTop = 0;
      await frame();
      let before = await new Promise(requestAnimationFrame);
      while (page.scrollTop + page.clientHeight < page.scrollHeight - 1) {
        page.scrollTop += stride;
        const now = await new Promise(requestAnimationFrame);
        between.push(now - before);
        before = now;
      }
      return between;
    },

    // Has `told` filled with what the first card says of how many points it draws, and when that was seen: [count, ms].
    follow(told) {
      const foot = document.querySelector(".card-foot-kind");
      new MutationObserver(async () => {
        const count = Number(foot.textContent.replace(/\D/g, ""));
        await frame();
        told.push([count, Date.now()]);
      }).observe(foot, { childList: true });
    },

    // Turns the wheel on the first card, which zooms there: below 0 in.
    zoom(share, turn) {
      const over = document.querySelector(".card .u-over");
      const { left, top, width, height } = over.getBoundingClientRect();
      const place = { clientX: left + share * width, clientY: top + height / 2 };
      over.dispatchEvent(new WheelEvent("wheel", { ...place, deltaY: turn, ctrlKey: true, bubbles: true, cancelable: true }));
    },

    // Types into a field of React's.
    type(field, text) {
      Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(field, text);
      field.dispatchEvent(new Event("input", { bubbles: true }));
    },
  };
})();
