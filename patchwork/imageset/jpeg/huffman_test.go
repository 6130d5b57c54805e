package jpeg

import (
	"math/rand/v2"
	"testing"
)

// TestTable looks up every number of 16 bits in drawn tables and compares with the codes themselves. Bits behind are 1.
func TestTable(t *testing.T) {
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 0))
		var symbols []byte
		for _, s := range r.Perm(256)[:40] { // some without a meaning among them
			symbols = append(symbols, byte(s))
		}
		h := drawHuffman(r, symbols)
		table, err := newTable(h.counts[:], h.symbols, false)
		if err != nil {
			t.Fatal(err)
		}
		want := make([]code, 1<<16)
		for s, c := range h.codes {
			n, run, size := h.lengths[s], int(s>>4), int(s&15)
			first := c << (16 - n)
			for i := first; i < first+1<<(16-n); i++ {
				bits := (uint64(i)<<48 | (1<<48 - 1)) << n >> (64 - max(1, size))
				v := int(bits)
				if v < 1<<(size-min(size, 1)) {
					v -= 1<<size - 1
				}
				switch {
				case size > 0:
					want[i] = whole | code(n+size) | code(run)<<skipShift | code(v)<<valueShift
				case s == 0:
					want[i] = whole | code(n) | 64<<skipShift
				case s == 0xf0:
					want[i] = whole | code(n) | 15<<skipShift
				}
			}
		}
		for i, c := range want {
			bits := uint64(i)<<48 | (1<<48 - 1)
			got := table.fast[bits>>(64-lookupBits)]
			if got&whole == 0 {
				got = table.open(bits)
			}
			if got != c {
				t.Fatalf("seed %d: %016b is %x, want %x", seed, i, got, c)
			}
		}
	}
}
