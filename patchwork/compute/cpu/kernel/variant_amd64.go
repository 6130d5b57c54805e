package kernel

import "golang.org/x/sys/cpu"

// detect asks the processor, and through it the operating system, which instructions may be used.
func detect() variant {
	x := &cpu.X86
	switch {
	case x.HasAVX2 && x.HasFMA && x.HasBMI2 && x.HasAVX512F && x.HasAVX512DQ && x.HasAVX512BW && x.HasAVX512VL:
		return avx512
	case x.HasAVX2 && x.HasFMA:
		return avx2
	}
	return portable
}
