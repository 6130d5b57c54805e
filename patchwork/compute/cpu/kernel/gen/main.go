// Command gen writes the assembly of package kernel and its Go declarations: asm_amd64.s and asm_amd64.go. Run it with
// go generate in the package's folder.
//
// Every kernel is written once, against isa, and emitted for AVX2 and for AVX-512.
package main

import (
	"github.com/mmcloughlin/avo/attr"
	. "github.com/mmcloughlin/avo/build"
)

func main() {
	ConstraintExpr("amd64")
	for _, s := range []isa{{name: "AVX2", lanes: 8, rows: 4}, {name: "AVX512", lanes: 16, rows: 8}} {
		s.tiles()
		s.packs()
		s.depthwise()
		s.elementwise()
		s.reductions()
		s.windows()
		s.winograd()
	}
	transposes()
	pause()
	Generate()
}

// pause emits the wait of a goroutine that looks again soon.
func pause() {
	TEXT("pause", attr.NOSPLIT, "func(n int)")
	Doc("pause does nothing n times, n at least 1, and tells the processor so.")
	n := param("n")
	repeat("again", n, PAUSE)
	RET()
}
