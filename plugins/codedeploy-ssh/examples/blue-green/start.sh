#!/bin/sh
# Starts this release beside the one that is live: RELEASE is its folder, PORT its port.
cd "$RELEASE" || exit 1
node app.js >app.log 2>&1 </dev/null &
echo $! >app.pid
