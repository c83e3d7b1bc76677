# Where the site lives and where it is served; read by all hooks. appspec.yml names the same folder.
BASE=/var/tmp/penstock-sample
PORT=8088

SITE=$BASE/html
PID_FILE=$BASE/server.pid
LOG_FILE=$BASE/server.log

# The server's process id, if it runs: a process of that id whose command line names our folder.
server_pid() {
  [ -s "$PID_FILE" ] || return 1
  pid=$(cat "$PID_FILE")
  tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -qF "$SITE" || return 1
  echo "$pid"
}

stop_server() {
  pid=$(server_pid) || return 0
  kill "$pid"
  for _ in $(seq 100); do
    server_pid >/dev/null || break
    sleep 0.1
  done
  rm -f "$PID_FILE"
  echo "stopped the server, process $pid"
}
