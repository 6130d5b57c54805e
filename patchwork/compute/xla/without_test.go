//go:build !(cgo && ((linux && (amd64 || arm64)) || (darwin && arm64) || (windows && amd64)))

package xla

import (
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/compute"
)

func TestWithoutCgo(t *testing.T) {
	t.Setenv("PATCHWORK_BACKEND", "xla:cpu")
	_, err := compute.Backend()
	if err == nil || !strings.Contains(err.Error(), "compute/xla: XLA is not in this program") {
		t.Errorf("got %v, want an error that says that XLA is not in this program", err)
	}
	if Install() == nil {
		t.Error("Install did something")
	}
}
