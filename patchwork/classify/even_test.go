package classify

import (
	"math"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// Weights are stretched by three times at most, all of one class alike, and not at all beyond 256 labelled images.
func TestEvenHasItsBounds(t *testing.T) {
	for n, want := range map[int]float64{4: 3, leaveOneOutMost: 1.03, leaveOneOutMost + 1: 1} {
		d, _ := blobs(n, 20, 3, 2, false)
		d.Classes = []string{"half", "one"}
		data := &table{classes: d.Classes, validation: make([]bool, n)}
		for row := range n {
			half, one := labels.Absent, labels.Absent
			if row%2 == 0 {
				half = labels.Present
			}
			if row == 1 {
				one = labels.Present
			}
			data.values = append(data.values, half, one)
		}
		d.Table = data
		o := Options{Posterior: NoPosterior, WeightDecay: 1000}
		even := train(t, d, o)
		o.Even = Off
		plain := train(t, d, o)
		most := 1.0
		for c := range 2 {
			first := 0.0
			for k := c; k < len(plain.head.weights); k += 2 {
				by := float64(even.head.weights[k]) / float64(plain.head.weights[k])
				if first == 0 {
					first = by
				}
				if math.Abs(by-first) > 1e-4*first {
					t.Fatalf("%d images, class %d: weights are multiplied by %g and %g", n, c, first, by)
				}
			}
			most = max(most, first, 1/first)
		}
		if most > want+1e-3 || n > leaveOneOutMost && most != 1 || n == leaveOneOutMost && most == 1 {
			t.Errorf("%d images: weights are multiplied by up to %g; want up to %g", n, most, want)
		}
	}
}
