package cpu

import (
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/support/backendtest"
)

// testBackend opens a backend that reports slow paths to the test.
func testBackend(t testing.TB, o Options) *Backend {
	t.Helper()
	if o.Logger == nil {
		o.Logger = func(msg string) { t.Log(msg) }
	}
	b, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestCompliance runs the public suite that every backend of GoMLX has to pass.
func TestCompliance(t *testing.T) {
	b := testBackend(t, Options{})
	var _ compute.Backend = b
	backendtest.RunAll(t, b, nil)
}
