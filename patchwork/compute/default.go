package compute

// The backend that is used unless another is named: the project's own, see docs/compute.md.
import _ "github.com/gopatchwork/patchwork/patchwork/compute/cpu" // registers "cpu"
