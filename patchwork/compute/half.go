package compute

import (
	gomlx "github.com/gomlx/compute"
	"github.com/gomlx/compute/gobackend"

	"github.com/gopatchwork/patchwork/patchwork/compute/cpu"
)

// SlowInHalves reports whether a backend takes longer for numbers of 16 bits than for float32: those in Go have kernels for float32 alone and compute
// with others one by one.
func SlowInHalves(b gomlx.Backend) bool {
	return b.Name() == cpu.Name || b.Name() == gobackend.BackendName
}
