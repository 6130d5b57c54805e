package see

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/gopatchwork/patchwork/patchwork/explore/layout"
)

// Projection is maps seen along the directions in which their places differ most.
type Projection struct {
	Maps   []Map     // [H, W, 3] in [0, 1]: places along the first, second and third direction
	Shares []float64 // of the variance, that each direction has
}

// outermost is the share of places at each end that may lie outside of the scale of a component, so that a few odd ones do not make all others alike.
const outermost = 0.01

// Principal projects the places of all maps onto their first three principal components, the same for all maps, and scales each component so that
// from outermost of all places at the lower end to as many at the upper it goes from 0 to 1. Fewer components, where there are no three, are 0.
//
// Errors: there are no maps; maps of different numbers of channels; numbers that are not finite; ctx is done.
func Principal(ctx context.Context, maps []Map) (p Projection, err error) {
	if len(maps) == 0 {
		return p, errors.New("see: there are no maps to project; give some images")
	}
	var places [][]float32
	for i, m := range maps {
		if m.C != maps[0].C {
			return p, fmt.Errorf("see: map %d has %d channels and the first %d; want maps of one network", i, m.C, maps[0].C)
		}
		for at := 0; at < len(m.Values); at += m.C {
			places = append(places, m.Values[at:at+m.C])
		}
	}
	c, err := layout.PCA(ctx, layout.Vectors{N: len(places), Dim: maps[0].C, At: func(i int) []float32 { return places[i] }}, shown)
	if err != nil {
		return p, fmt.Errorf("see: %w", err)
	}
	all := make([]float32, shown*len(places))
	for k, axis := range c.Axes {
		along := make([]float64, len(places))
		for i, x := range places {
			for d, v := range x {
				along[i] += axis[d] * (float64(v) - c.Mean[d])
			}
		}
		scale(along)
		for i, v := range along {
			all[i*shown+k] = float32(v)
		}
		share := 0.0
		if c.Total > 0 {
			share = c.Variance[k] / c.Total
		}
		p.Shares = append(p.Shares, share)
	}
	for _, m := range maps {
		size := m.H * m.W * shown
		p.Maps = append(p.Maps, Map{m.H, m.W, shown, all[:size:size]})
		all = all[size:]
	}
	return p, nil
}

// shown is how many components can be: red, green and blue.
const shown = 3

// scale brings values to [0, 1], see Principal.
func scale(values []float64) {
	sorted := slices.Sorted(slices.Values(values))
	cut := int(outermost * float64(len(sorted)))
	low, high := sorted[cut], sorted[len(sorted)-1-cut]
	for i, v := range values {
		if high > low {
			values[i] = min(max((v-low)/(high-low), 0), 1)
		} else {
			values[i] = 0
		}
	}
}
