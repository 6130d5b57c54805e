//go:build !amd64

package kernel

func detect() variant { return portable }
