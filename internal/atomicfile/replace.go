package atomicfile

import "os"

// moveAside is ReplaceFolder in two steps, where the system has no exchange: between them to is missing, and the old
// folder lies beside it under the name of to with ".old" behind it.
func moveAside(from, to string) error {
	old := to + ".old"
	if err := os.RemoveAll(old); err != nil {
		return err
	}
	if err := os.Rename(to, old); err != nil && !os.IsNotExist(err) {
		return err
	}
	if err := os.Rename(from, to); err != nil {
		os.Rename(old, to) // put the old one back; the error that counts is the first
		return err
	}
	return os.RemoveAll(old)
}
