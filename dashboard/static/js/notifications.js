// One line at the bottom edge: what happened out of sight, and what can be done about it. Never for a success that
// can be seen.

const SHOWN_SECS = 8;
const MAX_SHOWN = 3;
const ICONS = { info: null, warn: "alert-triangle", bad: "alert-triangle" };

const shown = new Map(); // id → Notification, oldest first
let region = null;
let numUnnamed = 0;

// Shows a line; → a function that takes it away.
//   id       a second line of the same id takes the place of the first
//   tone     "info", "warn" or "bad"
//   text     what happened; detail, fainter, when or what follows
//   action   {label, run}: a button; pressing it takes the line away
//   seconds  how long it stays, not counting while it is pointed at or focused; Infinity until it is closed
export function notify({ id = `unnamed ${numUnnamed++}`, tone = "info", text, detail = "", action = null, seconds = SHOWN_SECS }) {
  const known = shown.get(id);
  if (known) {
    known.say({ tone, text, detail, action, seconds });
    return () => known.close();
  }
  const made = new Notification(id, { tone, text, detail, action, seconds });
  shown.set(id, made);
  if (shown.size > MAX_SHOWN) shown.values().next().value.close();
  return () => made.close();
}

class Notification {
  #id;
  #element = document.createElement("div");
  #timer = null;
  #seconds;
  #said = "";

  constructor(id, content) {
    this.#id = id;
    const resume = () => !this.#element.matches(":hover, :focus-within") && this.#wait();
    this.#element.addEventListener("pointerenter", () => clearTimeout(this.#timer));
    this.#element.addEventListener("focusin", () => clearTimeout(this.#timer));
    this.#element.addEventListener("pointerleave", resume);
    this.#element.addEventListener("focusout", () => queueMicrotask(resume));
    ensureRegion().append(this.#element);
    this.say(content);
  }

  say({ tone, text, detail, action, seconds }) {
    this.#seconds = seconds;
    const said = JSON.stringify([tone, text, detail, action?.label]);
    if (said !== this.#said) {
      this.#said = said; // the same words are not read out again
      this.#element.className = `notification is-${tone}`;
      this.#element.replaceChildren(...makeParts({ tone, text, detail }));
    }
    this.#element.querySelector(".notification-buttons")?.remove();
    this.#element.append(this.#makeButtons(action));
    this.#wait();
  }

  close() {
    clearTimeout(this.#timer);
    this.#element.remove();
    if (shown.get(this.#id) === this) shown.delete(this.#id);
  }

  #wait() {
    clearTimeout(this.#timer);
    if (Number.isFinite(this.#seconds)) this.#timer = setTimeout(() => this.close(), this.#seconds * 1000);
  }

  #makeButtons(action) {
    const buttons = document.createElement("span");
    buttons.className = "notification-buttons";
    if (action) {
      const button = makeButton("button", action.label, () => {
        this.close();
        action.run();
      });
      button.textContent = action.label;
      buttons.append(button);
    }
    const close = makeButton("icon-button is-small", "Close", () => this.close());
    close.append(makeIcon("x"));
    buttons.append(close);
    return buttons;
  }
}

function makeParts({ tone, text, detail }) {
  const said = document.createElement("span");
  said.className = "notification-text";
  said.textContent = text;
  const parts = [said];
  if (ICONS[tone]) parts.unshift(makeIcon(ICONS[tone]));
  if (detail) {
    const more = document.createElement("span");
    more.className = "notification-detail";
    more.textContent = detail;
    parts.push(more);
  }
  return parts;
}

function makeButton(className, label, run) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = className;
  button.setAttribute("aria-label", label);
  button.addEventListener("click", run);
  return button;
}

function makeIcon(name) {
  const icon = document.createElement("span");
  icon.className = `icon icon-${name}`;
  icon.style.width = icon.style.height = "14px";
  icon.setAttribute("aria-hidden", "true");
  return icon;
}

// It is in the document before the first line: a region that comes with its text is not read out.
function ensureRegion() {
  if (region) return region;
  region = document.createElement("div");
  region.className = "notifications";
  region.setAttribute("role", "status");
  region.setAttribute("aria-label", "Notifications");
  document.body.append(region);
  return region;
}

if (document.body) ensureRegion();
else document.addEventListener("DOMContentLoaded", ensureRegion);
