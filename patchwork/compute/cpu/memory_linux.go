package cpu

import "golang.org/x/sys/unix"

// machineMemory returns the bytes of memory of the machine, 0 if they cannot be found out.
func machineMemory() int {
	var info unix.Sysinfo_t
	if unix.Sysinfo(&info) != nil {
		return 0
	}
	return int(uint64(info.Totalram) * uint64(info.Unit))
}
