#include "textflag.h"

// func call(code, words unsafe.Pointer)
TEXT ·call(SB), NOSPLIT, $8-16
	MOVQ code+0(FP), AX
	MOVQ words+8(FP), DI
	CALL AX
	RET
