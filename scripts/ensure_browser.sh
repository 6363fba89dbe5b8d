#!/usr/bin/env bash
# Makes sure that the browser tests have a Chromium. As root on Debian it installs the headless shell, Chromium without
# a window, which opens pages at half the price; elsewhere any Chromium or Chrome serves, and loudly none at all.
set -euo pipefail

has() { command -v "$1" > /dev/null; }

if has chromium-headless-shell; then exit 0; fi

if [ "$(id -u)" = 0 ] && has apt-get; then
  echo "Installing chromium-headless-shell for the browser tests"
  if apt-get update -qq; then
    for package in chromium-headless-shell chromium; do
      if has chromium && [ "$package" = chromium ]; then exit 0; fi
      if apt-get install -qq -y --no-remove --no-install-recommends "$package" > /dev/null; then exit 0; fi
    done
  fi
fi

for name in chromium chromium-browser google-chrome; do
  if has "$name"; then exit 0; fi
done
if [ -d "/Applications/Google Chrome.app" ]; then exit 0; fi

echo "!!! No Chromium found: every test in tests/browser is skipped. Install chromium to run them." >&2
if [ "${CI:-}" = "true" ]; then
  echo "!!! Under CI=true a missing browser is a failure." >&2
  exit 1
fi
