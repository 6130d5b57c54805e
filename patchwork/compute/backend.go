package compute

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"

	gomlx "github.com/gomlx/compute"
	_ "github.com/gomlx/compute/gobackend" // registers "go"
)

// Safe is the configuration of GoMLX's Go backend that "go" alone stands for. Its operators run one after
// the other and only matrix products spread over the cores: in the backend's own default, 2·GOMAXPROCS large products
// that become ready together occupy all workers and wait for one another for ever. Networks for images lose nothing by
// it: on two cores MobileNetV2 0.35 at 224 pixels took 0.88 s an image against 0.87 s, and 0.81 s against 0.75 s with
// two graphs side by side; the smaller MobileNetV1 0.25 at 128 pixels 0.13 s against 0.16 s.
const Safe = "go:ops_sequential"

// imports names, for the backends of the project that must be asked for, the package to import.
var imports = map[string]string{"xla": "github.com/gopatchwork/patchwork/patchwork/compute/xla"}

// variables are read in this order; the first that is set and not empty decides.
var variables = []string{"PATCHWORK_BACKEND", gomlx.ConfigEnvVar}

// Backend returns the backend that all graphs of this process share. The first call chooses it:
//
//  1. what the environment variable PATCHWORK_BACKEND says, else GOMLX_BACKEND, in GoMLX's form "name:configuration";
//     "go" alone means Safe;
//  2. else "cpu", the project's own (docs/compute.md).
//
// Later calls return the same value or the same error. It may be called from several goroutines. Nobody may finalise
// the backend.
//
// Errors: a name that is not compiled in (the error lists those that are, and for "xla" names the package to import); a
// configuration that the backend refuses.
func Backend() (gomlx.Backend, error) { return shared() }

var shared = sync.OnceValues(func() (gomlx.Backend, error) {
	config, from := choose(os.Getenv)
	return open(config, from)
})

// Chosen is the configuration that Backend opens, without opening it.
func Chosen() string {
	config, _ := choose(os.Getenv)
	return config
}

// Names lists the backends that the program holds, in alphabetical order.
func Names() []string {
	names := gomlx.List()
	slices.Sort(names)
	return names
}

// choose returns the configuration to open and, for messages, where it comes from.
func choose(env func(string) string) (config, from string) {
	for _, name := range variables {
		if v := env(name); v != "" {
			if v == "go" {
				v = Safe
			}
			return v, "environment variable " + name
		}
	}
	return "cpu", "default"
}

// open makes the backend of a configuration "name:rest" or "name".
func open(config, from string) (b gomlx.Backend, err error) {
	name, _, _ := strings.Cut(config, ":")
	if registered := Names(); !slices.Contains(registered, name) {
		remedy := fmt.Sprintf("import the package that registers %q", name)
		if p := imports[name]; p != "" {
			remedy = fmt.Sprintf("write import _ %q in the program", p)
		}
		return nil, fmt.Errorf("compute: %s asks for the backend %q, which this program does not hold; it holds: %s. "+
			"Name one of these, or %s", from, config, strings.Join(registered, ", "), remedy)
	}
	err = Try(fmt.Sprintf("the backend %q (%s) cannot be started", config, from), func() (err error) {
		b, err = gomlx.NewWithConfig(config)
		return err
	})
	return b, err
}
