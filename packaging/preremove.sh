#!/bin/sh
# Before the files go: the service ends. On an upgrade (deb: "upgrade", rpm: 1) it goes on until the administrator
# restarts it. Configuration, key, state and account stay: the state is evidence.
set -e
case "$1" in upgrade | 1) exit 0 ;; esac
if [ -d /run/systemd/system ]; then systemctl --no-reload disable --now slabridge.service || true; fi
