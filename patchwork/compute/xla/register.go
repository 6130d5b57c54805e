//go:build cgo && ((linux && (amd64 || arm64)) || (darwin && arm64) || (windows && amd64))

package xla

import (
	"fmt"
	"os"
	"runtime"

	"github.com/gomlx/compute"
	goxla "github.com/gomlx/go-xla/compute/xla"
)

// Another constructor takes the place of go-xla's under each of its names, so that the search and the errors of this
// package hold for all of them.
func init() {
	goxla.EnableAutoInstall(false)
	for _, name := range []string{goxla.BackendName, "stablehlo", "hlo", "shlo"} {
		compute.Register(name, open)
	}
}

// open starts the backend for what follows "xla:" in the setting.
func open(setting string) (compute.Backend, error) {
	home, _ := os.UserHomeDir()
	path, config, err := usual(runtime.GOOS, home, os.Getenv).configure(setting)
	if err != nil {
		return nil, err
	}
	b, err := goxla.New(config)
	if err != nil { // b is not nil then
		return nil, fmt.Errorf("compute/xla: the PJRT plugin %s cannot be started: %w", path, err)
	}
	return b, nil
}

// Install downloads the PJRT plugins that go-xla was tested with for this machine into the user's own folder, unless
// they are there: the package documentation says what from where. It is the only thing in the project that
// downloads a plugin. It prints its progress on standard output. The backend "xla" finds the plugins at once.
//
// Errors: what keeps go-xla from downloading or writing.
func Install() error {
	if err := goxla.AutoInstall(); err != nil {
		return fmt.Errorf("compute/xla: the PJRT plugins cannot be installed: %w", err)
	}
	return nil
}
