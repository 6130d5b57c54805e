//go:build !linux

package atomicfile

// ReplaceFolder puts the folder at from in the place of to; what was at to is removed.
func ReplaceFolder(from, to string) error { return moveAside(from, to) }
