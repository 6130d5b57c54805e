//go:build !linux

package cpu

import "unsafe"

// machineMemory returns 0: how much memory the machine has is only asked on Linux.
func machineMemory() int { return 0 }

// adviseHuge asks for huge pages where the system takes such advice.
func adviseHuge(unsafe.Pointer, int) {}
