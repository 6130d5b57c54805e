package patchwork

import (
	"runtime"
	"runtime/debug"
	"strconv"

	"github.com/gopatchwork/patchwork/patchwork/compute"
)

// modulePath is that of go.mod.
const modulePath = "github.com/gopatchwork/patchwork"

// environment is what runs a training, for its record.
func environment() map[string]string {
	return map[string]string{
		"patchwork": version(), "go": runtime.Version(), "system": runtime.GOOS + "/" + runtime.GOARCH,
		"backend": compute.Chosen(), "cores": strconv.Itoa(runtime.GOMAXPROCS(0)),
	}
}

// version is that of the module, as Go knows it: a tag, or time and commit; "unknown" where the program does not say, as a test.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	for _, m := range append(info.Deps, &info.Main) {
		if m.Replace != nil && m.Path == modulePath {
			m = m.Replace
		}
		if m.Path == modulePath && m.Version != "" && m.Version != "(devel)" {
			return m.Version
		}
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && info.Main.Path == modulePath {
			return s.Value
		}
	}
	return "unknown"
}
