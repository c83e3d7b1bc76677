#!/bin/sh
# Ends this release, once the requests that it has begun to answer are answered.
pid=$(cat "$RELEASE/app.pid") || exit 0
kill "$pid" 2>/dev/null || exit 0
while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
