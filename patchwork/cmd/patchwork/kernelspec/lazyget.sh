#!/bin/sh
# Stands in for the go command in cells. GoNB runs "go get" before it builds a cell, every time. Where the workspace
# already provides what the cell imports, that takes up to half a second and may move to newer versions than the project
# was tested with. So "go get" waits here until a build really lacks something; the go command's message then says
# "to add it: go get ...".
go=@GO@
case "$*" in
get | "get -t") exit 0 ;;
"build -o "* | "test -c -o "*) ;;
*) exec "$go" "$@" ;;
esac
out=$("$go" "$@" 2>&1)
code=$?
case $code$out in
0*) ;;
*"go get "*)
	tests=
	[ "$1" = test ] && tests=-t
	"$go" get $tests && exec "$go" "$@"
	exit 1
	;;
esac
[ -z "$out" ] || printf '%s\n' "$out" >&2
exit $code
