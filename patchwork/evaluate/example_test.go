package evaluate_test

import (
	"fmt"

	"github.com/gopatchwork/patchwork/patchwork/evaluate"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

func ExampleAt() {
	scores := []float32{0.9, 0.8, 0.7, 0.4, 0.3, 0.1}
	truth := []labels.Tri{labels.Present, labels.Present, labels.Absent, labels.Present, labels.Absent, labels.Unknown}
	c, err := evaluate.At(scores, truth, 0.5)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("precision", c.Precision())
	fmt.Println("recall   ", c.Recall())
	fmt.Println("F1       ", c.F1())
	// Output:
	// precision 0.667 (0.208-0.939)
	// recall    0.667 (0.208-0.939)
	// F1        0.667 (0.261-0.919)
}

// How many images that show a class does it take to know a recall of about 0.9 to within 0.05?
func ExampleSampleSize() {
	n, err := evaluate.SampleSize(0.9, 0.05)
	fmt.Println(n, err)
	// Output: 141 <nil>
}
