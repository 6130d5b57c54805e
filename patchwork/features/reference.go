package features

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"math"

	"github.com/gomlx/gomlx/core/graph"
)

// reference.json is what the numbers of the embedded extractor are measured against: their mean over scenes of the
// project's own generator, and how far they spread there. TestReference makes it.
//
//go:embed reference.json
var referenceFile []byte

// reference holds a number for each that the extractor computes.
type reference struct {
	Mean  []float32 `json:"mean"`
	Scale []float32 `json:"scale"` // standard deviation; in texture and colours one for the whole block
}

func loadReference() (r reference, err error) {
	if err = json.Unmarshal(referenceFile, &r); err == nil && (len(r.Mean) != defaultDim || len(r.Scale) != defaultDim) {
		err = fmt.Errorf("%d means and %d scales; want %d of each", len(r.Mean), len(r.Scale), defaultDim)
	}
	if err != nil {
		return r, fmt.Errorf("features: reference.json: %w", err)
	}
	return r, nil
}

// farOff is where numbers are cut, in the scale of the reference, so that one odd number does not drown the others.
const farOff = 4

// against brings raw numbers, [n, defaultDim], to the reference, cuts them and weighs the blocks that they lie in: block
// b's numbers have mean square weight_b² / numbers_b over the reference's scenes.
func (r reference) against(raw *graph.Node) *graph.Node {
	g := raw.Graph()
	row := func(x []float32) *graph.Node { return graph.Const(g, [][]float32{x}) }
	var weights []float32
	for _, b := range defaultBlocks {
		for range b.numbers {
			weights = append(weights, float32(b.weight/math.Sqrt(float64(b.numbers))))
		}
	}
	z := graph.Div(graph.Sub(raw, row(r.Mean)), row(r.Scale))
	return graph.Mul(graph.ClipScalar(z, -farOff, farOff), row(weights))
}
