package decide_test

import (
	"fmt"

	"github.com/gopatchwork/patchwork/patchwork/evaluate/decide"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

func ExampleForRecall() {
	var scores []float32
	var truth []labels.Tri
	for i := range 100 { // present images score 0.50 to 0.99, absent ones 0.00 to 0.49, but for one
		scores = append(scores, float32(i)/100)
		truth = append(truth, labels.Tri(i/50))
	}
	truth[20] = labels.Present
	t, err := decide.ForRecall(scores, truth, decide.Goal{Share: 0.9})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("from %v on: found %d of 51; new images keep %v\n", t.Score, t.TruePositives, t.Promised)
	// Output: from 0.500 on: found 50 of 51; new images keep 0.910
}

func ExampleNewConformal() {
	var scores []float32
	var truth []labels.Tri
	for i := range 40 {
		scores = append(scores, float32(i)/40, 1-float32(i)/40)
		truth = append(truth, labels.Tri(i/24), labels.Tri(1-i/24))
	}
	c, err := decide.NewConformal(scores, truth, 0.1)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, s := range []float32{0.1, 0.5, 0.95} {
		fmt.Println(s, c.Of(s))
	}
	// Output:
	// 0.1 absent
	// 0.5 either
	// 0.95 present
}
