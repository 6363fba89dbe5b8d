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
//   isQuiet  said again in other words, it is not read out a second time: for a line that counts seconds
//   onDismiss   called when the person closes it
// The button of a line that is said again stays the same one, under the pointer and in focus.
export function notify({ id = `unnamed ${numUnnamed++}`, tone = "info", text, detail = "", action = null, seconds = SHOWN_SECS, isQuiet = false, onDismiss = null }) {
  const known = shown.get(id);
  if (known) {
    known.say({ tone, text, detail, action, seconds, isQuiet, onDismiss });
    return () => known.close();
  }
  const made = new Notification(id, { tone, text, detail, action, seconds, onDismiss });
  shown.set(id, made);
  raise();
  if (shown.size > MAX_SHOWN) shown.values().next().value.close();
  return () => made.close();
}

class Notification {
  #id;
  #element = document.createElement("div");
  #timer = null;
  #content = null;

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

  say(content) {
    const before = this.#content;
    this.#content = content;
    const buttons = this.#element.querySelector(".notification-buttons");
    const isSameButton = before && before.action?.label === content.action?.label;
    // The same words are not read out again.
    if (!isSameButton || before.tone !== content.tone || before.text !== content.text || before.detail !== content.detail) {
      if (before && content.isQuiet) this.#element.ariaLive = "off";
      this.#element.className = `notification is-${content.tone}`;
      for (const part of [...this.#element.children]) if (part !== buttons) part.remove();
      this.#element.prepend(...makeParts(content));
    }
    if (!isSameButton) {
      buttons?.remove();
      this.#element.append(this.#makeButtons(content.action));
    }
    this.#wait();
  }

  close() {
    clearTimeout(this.#timer);
    this.#element.remove();
    if (shown.get(this.#id) === this) shown.delete(this.#id);
    if (shown.size === 0 && region.matches(":popover-open")) region.hidePopover();
  }

  #wait() {
    clearTimeout(this.#timer);
    const { seconds } = this.#content;
    if (Number.isFinite(seconds)) this.#timer = setTimeout(() => this.close(), seconds * 1000);
  }

  #makeButtons(action) {
    const buttons = document.createElement("span");
    buttons.className = "notification-buttons";
    if (action) {
      const button = makeButton("button", action.label, () => {
        this.close();
        this.#content.action.run();
      });
      button.textContent = action.label;
      buttons.append(button);
    }
    const close = makeButton("icon-button is-small", "Close", () => {
      this.close();
      this.#content.onDismiss?.();
    });
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
  region.popover = "manual";
  region.setAttribute("role", "status");
  region.setAttribute("aria-label", "Notifications");
  document.body.append(region);
  return region;
}

// Puts the lines over all else: on the browser's top layer the last one is in front, and what lies outside of a modal
// dialog cannot be pressed, so they go into the topmost one.
function raise() {
  if (shown.size === 0 || region.contains(document.activeElement)) return;
  if (region.matches(":popover-open")) region.hidePopover();
  hostOf([...document.querySelectorAll("dialog:modal")].at(-1));
  region.showPopover();
}

function hostOf(dialog) {
  const host = dialog ?? document.body;
  if (region.parentElement !== host) host.append(region);
}

// To be called when a modal dialog opened, and with it before it goes.
export function followDialog(closing = null) {
  ensureRegion();
  if (closing?.contains(region)) hostOf(null);
  raise();
}

if (document.body) ensureRegion();
else document.addEventListener("DOMContentLoaded", ensureRegion);
document.addEventListener("toggle", ({ target, newState }) => newState === "open" && target !== region && raise(), true);
