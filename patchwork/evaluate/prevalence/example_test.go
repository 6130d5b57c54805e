package prevalence_test

import (
	"fmt"

	"github.com/gopatchwork/patchwork/patchwork/evaluate/prevalence"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// A model that calls everything a little too likely, and an audit that says so.
func ExampleOf() {
	var scores []float32
	var audit []labels.Tri
	for i := range 1000 {
		y := labels.Absent
		if i%5 < 2 {
			y = labels.Present
		}
		scores = append(scores, 0.3+0.6*float32(y)+0.0001*float32(i%7))
		if i%9 > 0 {
			y = labels.Unknown
		}
		audit = append(audit, y)
	}
	e, err := prevalence.Of(scores, audit)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("with scores", e.Share)
	fmt.Println("without    ", e.Classic)
	// Output:
	// with scores 0.401 (0.359-0.442)
	// without     0.402 (0.316-0.494)
}
