# shellcheck shell=bash
# Sourced by the scripts beside it: where the tree is, where its programs are, how to speak and how to stop.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
PATH="$root/bin:$PATH"
if [ -x "$root/.venv/bin/jupyter" ]; then
	PATH="$root/.venv/bin:$PATH"
fi
export PATH

# say tells which step begins.
say() { printf '== %s\n' "$*"; }

# fail ends the script with one line.
fail() {
	printf 'error: %s\n' "$*" >&2
	exit 1
}

# have tells whether all the named programs are in PATH.
have() {
	local program
	for program in "$@"; do
		command -v "$program" >/dev/null 2>&1 || return 1
	done
}

# can_apt tells whether this user may install system packages.
can_apt() { [ "$(id -u)" = 0 ] && have apt-get; }

# apt_install installs Debian packages without asking; its output is shown only when it fails.
apt_install() {
	local log="$root/build/apt.log"
	mkdir -p "$root/build"
	export DEBIAN_FRONTEND=noninteractive
	if ! { apt-get update && apt-get install -y --no-install-recommends "$@"; } </dev/null >"$log" 2>&1; then
		tail -n 15 "$log" >&2
		fail "apt-get could not install $* (all of it: build/apt.log)"
	fi
}

# need_go stops unless a Go that can build this project is there.
need_go() {
	have go || fail "Go is missing; install Go 1.26 or newer: https://go.dev/doc/install"
}
