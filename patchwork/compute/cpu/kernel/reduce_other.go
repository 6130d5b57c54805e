//go:build !amd64

package kernel

func (t *windowTile) compute(_ variant, what reduction) { t.portable(what) }
func (t *maxGradTile) compute(variant)                  { t.portable() }

func rowReduce(_ variant, what reduction, rows, cols int, src, dst *float32) {
	rowReducePortable(what, rows, cols, src, dst)
}

func columnReduce(_ variant, what reduction, rows, cols int, src, acc *float32) {
	columnReducePortable(what, rows, cols, src, acc)
}
