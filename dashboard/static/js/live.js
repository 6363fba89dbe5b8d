// The WebSocket that says what changed. It connects again by itself, and holds news back while paused.

import { Emitter } from "./emitter.js";

const SILENCE_MS = 12_000; // the server speaks at least every 5 s
const RETRY_MS = [250, 500, 1_000, 2_000, 5_000];

export class LiveLink extends Emitter {
  #url;
  #deliver;
  #socket = null;
  #retries = 0;
  #timer = null; // of the silence while connected, of the next try otherwise
  #held = null;

  constructor(url, deliver) {
    super();
    this.#url = new URL(url);
    this.#url.protocol = this.#url.protocol === "https:" ? "wss:" : "ws:";
    this.#deliver = deliver;
    this.isConnected = false;
    this.isPaused = false;
    this.isReading = true; // the server's first look at the logdir is not finished
    this.lastHeard = null;
    this.lastLooked = null; // when the server last looked at the logdir, seconds since the epoch
    document.addEventListener("visibilitychange", () => this.#release());
  }

  get state() {
    if (this.isPaused) return "paused";
    if (!this.isConnected) return this.lastHeard === null ? "reading" : "stale";
    return this.isReading ? "reading" : "live";
  }

  get numHeld() {
    return this.#held ? Object.keys(this.#held.runs).length : 0;
  }

  open() {
    this.#drop();
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    socket.onmessage = (event) => this.#hear(JSON.parse(event.data));
    socket.onclose = () => this.#lose();
  }

  setPaused(isPaused) {
    this.isPaused = isPaused;
    this.emit("state");
    this.#release();
  }

  retryNow() {
    this.#retries = 0;
    this.open();
  }

  #hear(news) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#lose(), SILENCE_MS);
    this.isConnected = true;
    this.isReading = news.is_reading ?? false;
    this.#retries = 0;
    this.lastHeard = Date.now();
    this.lastLooked = news.checked;
    const held = this.#held?.server === news.server ? this.#held?.runs : {};
    this.#held = { ...news, runs: { ...held, ...news.runs } };
    this.emit("state");
    this.#release();
  }

  #release() {
    if (!this.#held || this.isPaused || document.hidden) return;
    const news = this.#held;
    this.#held = null;
    this.#deliver(news);
  }

  // Takes the old socket off at once: a frozen server would not answer the closing handshake for a minute.
  #drop() {
    clearTimeout(this.#timer);
    if (!this.#socket) return;
    this.#socket.onmessage = null;
    this.#socket.onclose = null;
    this.#socket.close();
    this.#socket = null;
  }

  #lose() {
    this.#drop();
    this.isConnected = false;
    this.emit("state");
    const wait = RETRY_MS[Math.min(this.#retries, RETRY_MS.length - 1)];
    this.#retries += 1;
    this.#timer = setTimeout(() => this.open(), wait);
  }
}
