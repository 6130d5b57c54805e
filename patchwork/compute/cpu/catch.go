package cpu

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// catch turns a panic into an error: the inner backend panics on some shapes, and no graph may take the program down.
// A bug keeps its stack.
func catch(err *error, what string) {
	switch r := recover().(type) {
	case nil:
	case runtime.Error:
		*err = fmt.Errorf("cpu: %s: %w\n%s", what, r, debug.Stack())
	case error:
		*err = fmt.Errorf("cpu: %s: %w", what, r)
	default:
		*err = fmt.Errorf("cpu: %s: %v", what, r)
	}
}
