/** The two shell programs that make a step durable: both are /bin/sh (dash will do) with setsid of util-linux. */

/**
 * The launcher: reads one step folder per line and forks a supervisor for it in a session of its own.
 * `setsid -f` rather than `&`: a shell without job control starts `&` children with SIGINT and SIGQUIT ignored for good,
 * which a build would inherit. The supervisor gets the launcher's stdout as descriptor 3 to say when its step has ended.
 */
export const launcherScript = `while IFS= read -r step; do
  setsid -f /bin/sh -c "$1" penstock-step "$step" 3>&1 >/dev/null 2>&1 </dev/null
done
`

/**
 * The supervisor of one step, whose folder is $1.
 * - `status` is created with O_EXCL (set -C), with what tells this process from any later one with its pid:
 *   field 22 of its stat (start time) and the boot id. Who comes second ends at once: a step starts at most once.
 * - It survives the signals that end the group, so that it can write down how the command ended.
 * - Every line of \`status\` is one write in append mode, valid only with its newline; a full disk is waited out for a minute.
 * - `cmd` ends in an exec, so the parentheses are the command's own process.
 */
export const supervisorScript = `cd "$1" || exit
read -r stat </proc/$$/stat
read -r boot </proc/sys/kernel/random/boot_id
set -- "$1" \${stat##*) }
trap : TERM INT HUP
set -C
echo "start $$ \${21} $boot" >status || exit
set +C
(. ./cmd) 3>&- </dev/null
code=$?
tries=0
until echo "exit $code" >>status; do
  tries=$((tries + 1))
  [ -e status ] && [ $tries -lt 60 ] || exit
  sleep 1
done
trap '' PIPE
echo "$1" >&3
`

/** One word for /bin/sh that stands for exactly this text. */
export function shellQuote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
