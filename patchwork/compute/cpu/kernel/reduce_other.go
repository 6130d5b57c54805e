//go:build !amd64

package kernel

func (t *windowTile) compute(_ variant, what reduction) { t.portable(what) }
func (t *maxGradTile) compute(variant)                  { t.portable() }

func rowReduce(_ variant, what reduction, rows, cols int, src, mean, dst *float32) {
	rowReducePortable(what, rows, cols, src, mean, dst)
}

func columnReduce(_ variant, what reduction, rows, cols int, src, mean, acc *float32) {
	columnReducePortable(what, rows, cols, src, mean, acc)
}
