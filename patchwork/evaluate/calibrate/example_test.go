package calibrate_test

import (
	"fmt"

	"github.com/gopatchwork/patchwork/patchwork/evaluate/calibrate"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// Scores of 0.9 that are right in six of ten cases are no probabilities.
func ExampleFit() {
	var s calibrate.Sample
	for i := range 200 {
		s.Scores = append(s.Scores, []float32{0.1, 0.9}[i%2])
		truth := labels.Absent
		if i%2 == 1 && i%20 < 12 || i%2 == 0 && i%20 >= 12 {
			truth = labels.Present
		}
		s.Truth = append(s.Truth, truth)
	}
	m, err := calibrate.Fit(calibrate.Platt, s)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.2f becomes %.2f, %.2f becomes %.2f\n", 0.1, m.Apply(0.1), 0.9, m.Apply(0.9))
	// Output: 0.10 becomes 0.40, 0.90 becomes 0.60
}
