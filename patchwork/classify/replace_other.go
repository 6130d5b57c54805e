//go:build !linux

package classify

// replaceFolder puts the folder at from in the place of to; what was at to is removed.
func replaceFolder(from, to string) error { return moveAside(from, to) }
