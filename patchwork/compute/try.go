package compute

import (
	"fmt"
	"runtime"
)

// Try runs f, which may build or run graphs, and returns what went wrong as an error that begins with what: either the
// error of f or the value that f panicked with, without its stack. errors.Is and errors.As see the cause if it is an
// error.
//
// A runtime.Error (nil dereference, index out of range ...) is a bug and no bad input: Try lets it pass, so that it
// keeps its stack.
func Try(what string, f func() error) (err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case runtime.Error:
			panic(r)
		case error:
			err = fmt.Errorf("%s: %w", what, r)
		default:
			err = fmt.Errorf("%s: %v", what, r)
		}
	}()
	if err := f(); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}
