package jit

// Instructions on vectors.
var (
	moveLoad   = opcode{1, 0, 0, 0x10} // VMOVUPS from memory
	moveStore  = opcode{1, 0, 0, 0x11}
	move       = opcode{1, 0, 0, 0x28} // VMOVAPS
	broadcast  = opcode{2, 1, 0, 0x18} // VBROADCASTSS
	maskedLoad = opcode{2, 1, 0, 0x2c} // VMASKMOVPS
	maskedSave = opcode{2, 1, 0, 0x2e}

	add  = opcode{1, 0, 0, 0x58}
	mul  = opcode{1, 0, 0, 0x59}
	sub  = opcode{1, 0, 0, 0x5c}
	mini = opcode{1, 0, 0, 0x5d}
	div  = opcode{1, 0, 0, 0x5e}
	maxi = opcode{1, 0, 0, 0x5f}
	root = opcode{1, 0, 0, 0x51}
	and  = opcode{1, 0, 0, 0x54}
	or   = opcode{1, 0, 0, 0x56}
	xor  = opcode{1, 0, 0, 0x57}

	multiplyAdd213 = opcode{2, 1, 0, 0xa8} // dst = src1·dst + src2
	multiplyAdd    = opcode{2, 1, 0, 0xb8} // dst += src1·src2
	multiplySub    = opcode{2, 1, 0, 0xba} // dst = src1·src2 − dst
	negMultiplyAdd = opcode{2, 1, 0, 0xbc} // dst −= src1·src2

	compare     = opcode{1, 0, 0, 0xc2}
	blendMask   = opcode{2, 1, 0, 0x65}
	blendVector = opcode{3, 1, 0, 0x4a}
	round       = opcode{3, 1, 0, 0x08} // VROUNDPS, VRNDSCALEPS
	scale       = opcode{2, 1, 0, 0x2c} // VSCALEFPS: src1·2^src2
	toInt       = opcode{1, 1, 0, 0x5b} // VCVTPS2DQ
	toFloat     = opcode{1, 0, 0, 0x5b} // VCVTDQ2PS
	shift       = opcode{1, 1, 0, 0x72} // by a number; dst is the kind of shift
	addInt      = opcode{1, 1, 0, 0xfe}
	subInt      = opcode{1, 1, 0, 0xfa}
	highHalf512 = opcode{3, 1, 1, 0x1b} // VEXTRACTF64X4; dst and source are swapped
	highHalf256 = opcode{3, 1, 0, 0x19} // VEXTRACTF128, VEXTRACTF32X4; dst and source are swapped
	permute     = opcode{3, 1, 0, 0x04} // VPERMILPS by a number
	storeOne    = opcode{1, 2, 0, 0x11} // VMOVSS
)
