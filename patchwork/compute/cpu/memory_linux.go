package cpu

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// machineMemory returns the bytes of memory of the machine, 0 if they cannot be found out.
func machineMemory() int {
	var info unix.Sysinfo_t
	if unix.Sysinfo(&info) != nil {
		return 0
	}
	return int(uint64(info.Totalram) * uint64(info.Unit))
}

// adviseHuge asks for huge pages for the part of a piece of memory that is made of whole ones. A system without them
// refuses, which changes nothing but the speed.
func adviseHuge(at unsafe.Pointer, size int) {
	const page = 2 << 20
	skip := int(-uintptr(at) % page)
	if whole := (size - skip) / page * page; whole > 0 {
		_ = unix.Madvise(unsafe.Slice((*byte)(unsafe.Add(at, skip)), whole), unix.MADV_HUGEPAGE)
	}
}
