#!/usr/bin/env bash
# Makes sure that the browser tests have a Chromium: installs Debian's as root, says loudly what is skipped otherwise.
set -euo pipefail

for name in chromium chromium-browser google-chrome; do
  if command -v "$name" > /dev/null; then exit 0; fi
done
if [ -d "/Applications/Google Chrome.app" ]; then exit 0; fi

if [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
  echo "Installing chromium for the browser tests"
  apt-get update -qq && apt-get install -qq -y --no-install-recommends chromium > /dev/null && exit 0
fi

echo "!!! No Chromium found: every test in tests/browser is skipped. Install chromium to run them." >&2
if [ "${CI:-}" = "true" ]; then
  echo "!!! Under CI=true a missing browser is a failure." >&2
  exit 1
fi
