package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/gopatchwork/patchwork/patchwork/acquire"
	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

//go:embed worker.py
var workerText string

// The sizes of the measurement.
const (
	labelled, dim, classes = 500, 384, 10
	images, many           = 27_000, 1_000_000
	chosen                 = 16
	l2                     = 40 // λ of both sides of the comparison
)

// madeUp makes n images of classes that overlap, as a network's features do: around a centre a class, in one corner of
// the space, of length 1.
func madeUp(n int) (x []float32, truth []int) {
	rng := rand.New(rand.NewPCG(7, 7))
	centres := make([]float32, classes*dim)
	for i := range centres {
		centres[i] = float32(rng.NormFloat64())
	}
	noise := make([]float32, 1<<20) // drawn once: a million images need 384 million numbers
	for i := range noise {
		noise[i] = float32(rng.NormFloat64())
	}
	x, truth = make([]float32, n*dim), make([]int, n)
	for row := range n {
		truth[row] = rng.IntN(classes)
		from, v, sum := rng.IntN(len(noise)-dim), x[row*dim:(row+1)*dim], 0.0
		for k := range v {
			v[k] = 1.5 + centres[truth[row]*dim+k] + 4*noise[from+k]
			sum += float64(v[k]) * float64(v[k])
		}
		for k := range v {
			v[k] /= float32(math.Sqrt(sum))
		}
	}
	return x, truth
}

// speed measures one regression beside scikit-learn's, then the loop.
func speed(ctx context.Context, python string) error {
	x, truth := madeUp(many)
	row := func(i int) []float32 { return x[i*dim : (i+1)*dim] }
	all := &table{shown: map[int]bool{}}
	for c := range classes {
		all.classes = append(all.classes, fmt.Sprint("class ", c))
	}
	for _, t := range truth[:images] {
		values := make([]labels.Tri, classes)
		values[t] = labels.Present
		all.truth = append(all.truth, values)
	}
	show := func(n int) *table {
		t := &table{classes: all.classes, truth: all.truth, shown: map[int]bool{}}
		for i := range n {
			t.shown[i*images/labelled] = true
		}
		return t
	}
	data := classify.Data{Classes: all.classes, Features: row, Dim: dim, Table: show(labelled)}
	alone := &table{classes: all.classes} // the labelled images and no others, as scikit-learn gets them
	for i := range labelled {
		alone.truth = append(alone.truth, all.truth[i*images/labelled])
	}
	fmt.Printf("%d labelled images of %d features and %d classes; the best of 5\n", labelled, dim, classes)
	same := data
	same.Table, same.Features = alone, func(i int) []float32 { return row(i * images / labelled) }
	if err := beside(ctx, python, same); err != nil {
		return err
	}
	data.Table = show(labelled - chosen)
	before, err := classify.Train(ctx, data, classify.Options{Head: classify.LogisticHead}, nil)
	if err != nil {
		return err
	}
	fmt.Printf("%-62s %6.0f ms\n", "first training, λ by cross-validation", 1000*before.Info().Seconds)
	data.Table, data.Start = show(labelled), before
	strategy, err := acquire.Lookup("entropy")
	if err != nil {
		return err
	}
	rows := make([]int, images)
	for i := range rows {
		rows[i] = i
	}
	round, err := best(5, func() error {
		m, err := classify.Train(ctx, data, classify.Options{Head: classify.LogisticHead}, nil)
		if err != nil {
			return err
		}
		scores, err := m.Scores(ctx, images, row)
		if err != nil {
			return err
		}
		_, err = acquire.Select(strategy, &acquire.Pool{
			Rows: rows, Classes: all.classes, Rand: rand.New(rand.NewPCG(1, 1)),
			Probs:  func(i int) []float32 { return scores[i*classes : (i+1)*classes] },
			Labels: func(row, class int) int8 { return int8(data.Table.Value(row, class)) },
		}, chosen)
		return err
	})
	if err != nil {
		return err
	}
	fmt.Printf("%-62s %6.0f ms  (promised: 300)\n", fmt.Sprintf("one round: go on, score %d images, choose %d", images, chosen), 1000*round)
	score, err := best(3, func() error {
		_, err := before.Scores(ctx, many, row)
		return err
	})
	if err != nil {
		return err
	}
	fmt.Printf("%-62s %6.0f ms  (promised: 2000)\n", fmt.Sprintf("score %d images", many), 1000*score)
	return nil
}

// beside compares one regression a class, from nothing, with scikit-learn's on the same prepared numbers.
func beside(ctx context.Context, python string, d classify.Data) error {
	o := classify.Options{Head: classify.LogisticHead, Sampling: classify.ByInstance, WeightDecay: l2 / float64(labelled)}
	var m *classify.Model
	ours, err := best(5, func() (err error) {
		m, err = classify.Train(ctx, d, o, nil)
		return err
	})
	if err != nil {
		return err
	}
	fmt.Printf("%-62s %6.1f ms\n", "patchwork: a whole training, report included", 1000*ours)
	x, y := preparedAs(d)
	dir, err := os.MkdirTemp("", "benchclassify")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := classify.WriteScores(filepath.Join(dir, "x.npy"), x, labelled, dim); err != nil {
		return err
	}
	if err := classify.WriteScores(filepath.Join(dir, "y.npy"), y, labelled, classes); err != nil {
		return err
	}
	out, err := exec.CommandContext(ctx, python, "-c", workerText, dir, fmt.Sprint(l2)).Output()
	if err != nil {
		fmt.Println("scikit-learn is skipped:", err)
		return nil
	}
	var theirs struct {
		About         string
		Seconds, Loss float64
	}
	if err := json.Unmarshal(out, &theirs); err != nil {
		return err
	}
	fmt.Printf("%-62s %6.1f ms  (%.2f times as long)\n", theirs.About+": the fits alone", 1000*theirs.Seconds, theirs.Seconds/ours)
	loss, err := lossOf(ctx, m, d)
	if err != nil {
		return err
	}
	fmt.Printf("%-62s %9.6f and %.6f\n", "log loss of both on what they learned", loss, theirs.Loss)
	if math.Abs(loss-theirs.Loss) > 1e-4*theirs.Loss {
		return fmt.Errorf("the minima differ: a log loss of %.6f and %.6f", loss, theirs.Loss)
	}
	return nil
}

// lossOf is the mean over images and classes of -ln of the probability of the label.
func lossOf(ctx context.Context, m *classify.Model, d classify.Data) (sum float64, err error) {
	p, err := m.Scores(ctx, d.Table.Len(), d.Features)
	for i, q := range p {
		if d.Table.Value(i/classes, i%classes) == labels.Absent {
			q = 1 - q
		}
		sum -= math.Log(float64(q)) / float64(len(p))
	}
	return sum, err
}

// preparedAs is what the head logistic makes of the labelled images: directions from the centre, of length √dim, and labels.
func preparedAs(d classify.Data) (x, y []float32) {
	centre := make([]float64, dim)
	n := d.Table.Len()
	for row := range n {
		for k, v := range d.Features(row) {
			centre[k] += float64(v)
		}
	}
	for row := range d.Table.Len() {
		sum, from := 0.0, len(x)
		for k, v := range d.Features(row) {
			x = append(x, v-float32(centre[k]/float64(n)))
			sum += float64(x[from+k]) * float64(x[from+k])
		}
		for k := range x[from:] {
			x[from+k] *= float32(math.Sqrt(dim / sum))
		}
		for c := range classes {
			y = append(y, float32(d.Table.Value(row, c)))
		}
	}
	return x, y
}

// best is the least time of n runs in seconds.
func best(n int, f func() error) (float64, error) {
	least := math.Inf(1)
	for range n {
		begun := time.Now()
		if err := f(); err != nil {
			return 0, err
		}
		least = min(least, time.Since(begun).Seconds())
	}
	return least, nil
}
