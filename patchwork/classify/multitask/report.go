package multitask

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/gopatchwork/patchwork/patchwork/evaluate"
)

// TaskReport is how well one task is answered.
type TaskReport struct {
	Task       string  `json:"task"`
	Commonest  string  `json:"commonest"` // category of most labels for training: what a guess without looking would be
	Train      Figures `json:"train"`     // flatters: the model has seen these
	Validation Figures `json:"validation"`
}

// Figures are those of the images of one side of which the task is known.
type Figures struct {
	Images   int                 `json:"images"`
	Accuracy evaluate.Interval   `json:"accuracy"` // share whose most likely category is the true one, with Wilson's interval
	Guess    evaluate.Number     `json:"guess"`    // accuracy of answering Commonest always
	Recall   []evaluate.Interval `json:"recall"`   // by category, the share of its images that are found
	Loss     evaluate.Number     `json:"loss"`     // mean -ln of the true category's probability, in nats, each image alike
}

// tally counts the answers to one task.
type tally struct {
	images, right, guessed int
	loss                   float64
	weighed, weight        float64 // Σ w_y·(-ln p_y) and Σ w_y
	of, found              []int   // by category
}

// add takes in an image whose true category is y, given the logarithms of probabilities.
func (t *tally) add(y, commonest int, logp []float32, w float64) {
	if t.of == nil {
		t.of, t.found = make([]int, len(logp)), make([]int, len(logp))
	}
	best := 0
	for c, v := range logp {
		if v > logp[best] {
			best = c
		}
	}
	t.images++
	t.of[y]++
	if best == y {
		t.right++
		t.found[y]++
	}
	if y == commonest {
		t.guessed++
	}
	t.loss -= float64(logp[y])
	t.weighed -= w * float64(logp[y])
	t.weight += w
}

// figures are the shares of what was counted; missing where nothing was.
func (t *tally) figures() Figures {
	f := Figures{Images: t.images, Accuracy: evaluate.Wilson(t.right, t.images)}
	f.Guess, f.Loss = evaluate.Number(float64(t.guessed)/float64(t.images)), evaluate.Number(t.loss/float64(t.images))
	for c, n := range t.of {
		f.Recall = append(f.Recall, evaluate.Wilson(t.found[c], n))
	}
	return f
}

// reportTable is one line a task: what it was measured on, accuracy with its interval, what a guess would reach.
func reportTable(reports []TaskReport) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "task\theld out\taccuracy\tguess\tloss\ttrained on\taccuracy")
	for _, r := range reports {
		v, t := r.Validation, r.Train
		fmt.Fprintf(w, "%s\t%d\t%s\t%s (%s)\t%s\t%d\t%s\n", r.Task, v.Images, v.Accuracy, v.Guess, r.Commonest, v.Loss, t.Images, t.Accuracy.Value)
	}
	w.Flush()
	return b.String()
}
