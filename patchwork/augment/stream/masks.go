package stream

import (
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
)

// Masks spreads the segments of a view, m [B, H, W], to the masks of those drawn, [B, K]: value (b, y, x, k) of
// [B, H, W, K] is 1 where pixel (y, x) lies in segment k of drawn, and 0 elsewhere. A drawn −1 has no pixels.
func Masks(m, drawn *Node) *Node {
	d, k := m.Shape().Dimensions, drawn.Shape().Dimensions[1]
	m, drawn = ConvertDType(m, dtypes.Float32), ConvertDType(drawn, dtypes.Float32) // exact, and compared fast
	m, drawn = Reshape(m, d[0], d[1], d[2], 1), Reshape(drawn, d[0], 1, 1, k)
	in := And(Equal(m, drawn), GreaterOrEqual(drawn, ZerosLike(drawn)))
	return ConvertDType(in, dtypes.Float32)
}
