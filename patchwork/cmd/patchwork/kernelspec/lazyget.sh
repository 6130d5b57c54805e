#!/bin/sh
# Stands in for the go command in cells. GoNB runs "go get" before it builds a cell. Where the workspace already
# provides every package the cell imports, that costs a quarter of a second and may move to newer versions than the
# project was tested with; so look first, and get only what is missing.
go=@GO@
case "$*" in
get) "$go" list -deps . >/dev/null 2>&1 && exit 0 ;;
"get -t") "$go" list -deps -test . >/dev/null 2>&1 && exit 0 ;;
esac
exec "$go" "$@"
