#!/bin/sh
# After the files are in place: the account and the folders that are its. Nothing is started, and no file of an
# administrator's is touched, so an upgrade and a second installation change nothing.
set -e
if command -v systemd-sysusers >/dev/null; then
  systemd-sysusers slabridge.conf
elif ! getent passwd slabridge >/dev/null; then
  useradd --system --user-group --home-dir /var/lib/slabridge --no-create-home --shell /usr/sbin/nologin slabridge
fi
# setgid: what init writes here belongs to the group, which may read the configuration (0640) and not the keys
[ -d /etc/slabridge ] || install -d -o root -g slabridge -m 2750 /etc/slabridge
[ -d /etc/slabridge/keys ] || install -d -o root -g root -m 0700 /etc/slabridge/keys
[ -d /var/lib/slabridge ] || install -d -o slabridge -g slabridge -m 0700 /var/lib/slabridge
if [ -d /run/systemd/system ]; then systemctl daemon-reload; fi
