//go:build !amd64

package kernel

func (t *rowTile) compute(variant)                   { t.portable() }
func (t *colTile) compute(variant)                   { t.portable() }
func (t *depthTile) compute(_ variant, pixels int)   { t.portable(pixels) }
func (t *depthGradTile) compute(_ variant, taps int) { t.portable(taps) }

func (t *depthRow) compute(variant, int, int, int) { panic("there are no rows without assembly") }
