package kernel

// variant names one implementation of the hot loops.
type variant uint8

const (
	portable variant = iota
	avx2             // AVX2 and FMA
	avx512           // AVX-512 F, DQ, BW and VL
	variants
)

func (v variant) String() string { return [...]string{"portable", "avx2", "avx512"}[v] }

// active is the variant in use: the best that the processor runs. Only tests change it, through use.
var active = detect()

// Variant returns the name of the variant in use: "avx512", "avx2" or "portable".
func Variant() string { return active.String() }

// use makes v the variant in use and returns what undoes it. It is for tests, which run every variant on the same
// cases; a plan keeps the variant that it was made with.
func use(v variant) (restore func()) {
	old := active
	active = v
	return func() { active = old }
}

// lanes is the number of float32 values in one vector, tileRows the height of a tile of a matrix product. A tile is one
// or two vectors wide.
func (v variant) lanes() int    { return [...]int{4, 8, 16}[v] }
func (v variant) tileRows() int { return [...]int{4, 4, 8}[v] }
func (v variant) tileCols() int { return 2 * v.lanes() }

// maxTileRows is the largest tileRows.
const maxTileRows = 8
