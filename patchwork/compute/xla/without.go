//go:build !(cgo && ((linux && (amd64 || arm64)) || (darwin && arm64) || (windows && amd64)))

package xla

import (
	"fmt"
	"runtime"

	"github.com/gomlx/compute"
)

func init() { compute.Register("xla", open) }

// open fails: go-xla needs cgo.
func open(string) (compute.Backend, error) { return nil, without() }

// Install fails in a program built without cgo: nothing could use what it would download.
func Install() error { return without() }

func without() error {
	return fmt.Errorf("compute/xla: XLA is not in this program: it was built for %s/%s without cgo, or go-xla does not know "+
		"this system. Build it with CGO_ENABLED=1 and a C compiler on linux/amd64, linux/arm64, darwin/arm64 or windows/amd64, "+
		"or choose another backend", runtime.GOOS, runtime.GOARCH)
}
