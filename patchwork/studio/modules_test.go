package studio

import (
	"testing"

	"github.com/gopatchwork/patchwork/internal/browsertest"
)

func TestModules(t *testing.T) { browsertest.Modules(t) }
