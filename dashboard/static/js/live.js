// The WebSocket that says what changed. It connects again by itself, and holds news back while paused.

import { Emitter } from "./emitter.js";

const SILENCE_MS = 12_000; // the server speaks at least every 5 s
const RETRY_MS = [250, 500, 1_000, 2_000, 5_000];

export class LiveLink extends Emitter {
  #url;
  #deliver;
  #socket = null;
  #retries = 0;
  #silence = null;
  #held = null;

  constructor(url, deliver) {
    super();
    this.#url = new URL(url);
    this.#url.protocol = this.#url.protocol === "https:" ? "wss:" : "ws:";
    this.#deliver = deliver;
    this.isConnected = false;
    this.isPaused = false;
    this.lastHeard = null;
    this.lastChange = null;
    document.addEventListener("visibilitychange", () => this.#release());
  }

  get state() {
    if (this.isPaused) return "paused";
    if (!this.isConnected) return this.lastHeard === null ? "reading" : "stale";
    return "live";
  }

  get numHeld() {
    return this.#held ? Object.keys(this.#held.runs).length : 0;
  }

  open() {
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    socket.onmessage = (event) => this.#hear(JSON.parse(event.data));
    socket.onclose = () => {
      if (socket === this.#socket) this.#reconnect();
    };
  }

  setPaused(isPaused) {
    this.isPaused = isPaused;
    this.emit("state");
    this.#release();
  }

  retryNow() {
    this.#retries = 0;
    this.#reconnect();
  }

  #hear(news) {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#socket.close(), SILENCE_MS);
    this.isConnected = true;
    this.#retries = 0;
    this.lastHeard = Date.now();
    if (Object.keys(news.runs).length > 0) this.lastChange = this.lastHeard;
    this.#held = this.#held ? { ...news, runs: { ...this.#held.runs, ...news.runs } } : news;
    this.emit("state");
    this.#release();
  }

  #release() {
    if (!this.#held || this.isPaused || document.hidden) return;
    const news = this.#held;
    this.#held = null;
    this.#deliver(news);
  }

  #reconnect() {
    clearTimeout(this.#silence);
    this.isConnected = false;
    this.emit("state");
    const wait = RETRY_MS[Math.min(this.#retries, RETRY_MS.length - 1)];
    this.#retries += 1;
    this.#socket = null;
    setTimeout(() => this.#socket ?? this.open(), wait);
  }
}
