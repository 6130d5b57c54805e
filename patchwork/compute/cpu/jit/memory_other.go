//go:build !linux || !amd64

package jit

import "errors"

// code does not exist here.
type code struct{}

func load([]byte) (*code, error) { return nil, errors.ErrUnsupported }

func (c *code) run([]uintptr) {}

func width() int { return 0 }
