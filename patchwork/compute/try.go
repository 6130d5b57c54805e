package compute

import (
	"errors"
	"fmt"
	"runtime"
)

// Try runs f, which may build or run graphs, and returns what went wrong as an error that begins with what: either the
// error of f or the value that f panicked with, without its stack. errors.Is and errors.As see the cause if it is an
// error.
//
// What Refuse panicked with is returned as it is: what lies between says nothing to whoever asked for it.
//
// A runtime.Error (nil dereference, index out of range ...) is a bug and no bad input: Try lets it pass, so that it
// keeps its stack.
func Try(what string, f func() error) (err error) {
	defer func() {
		var refused *refusal
		if errors.As(err, &refused) {
			err = refused
		}
	}()
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

// refusal is an error about what was asked for, found out while a graph is built.
type refusal struct{ error }

// Refuse panics with an error about what was asked for, where a graph is built and no error can be returned; see Try.
func Refuse(format string, args ...any) { panic(&refusal{fmt.Errorf(format, args...)}) }
