#!/bin/sh
# How much the agent's unit leaves open, by systemd's own measure: at most 1.2 of 10.
set -eu
unit=${PM_SOURCE_DIR:?}/client/agent/systemd/paidmonitor-agent.service

if ! command -v systemd-analyze >/dev/null; then
    echo "skipped: systemd-analyze is missing"
    exit 77
fi
if ! report=$(systemd-analyze security --offline=true --threshold=12 --no-pager "$unit"); then
    printf '%s\n' "$report"
    exit 1
fi
