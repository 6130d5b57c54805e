//go:build !amd64

package kernel

import "runtime"

func pause(int) { runtime.Gosched() }
