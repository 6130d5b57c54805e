package main

import (
	"math/rand/v2"
	"time"

	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// cluster is a labelled set of features that can be learned: each class moves some of the numbers.
type cluster struct {
	rows, dim int
	classes   []string
	x         []float32 // [rows, dim]
	present   []bool    // [rows, classes]
}

// newCluster draws rows of features around directions that belong to classes, each present in every fifth row.
func newCluster(rows, dim, classes int) *cluster {
	r := rand.New(rand.NewPCG(1, 2))
	c := &cluster{rows: rows, dim: dim, classes: classNames(classes), x: make([]float32, rows*dim), present: make([]bool, rows*classes)}
	directions := make([]float32, classes*dim)
	for i := range directions {
		directions[i] = float32(r.NormFloat64())
	}
	for row := range rows {
		x := c.x[row*dim : (row+1)*dim]
		for i := range x {
			x[i] = float32(r.NormFloat64())
		}
		for class := range classes {
			if r.IntN(5) > 0 {
				continue
			}
			c.present[row*classes+class] = true
			for i := range x {
				x[i] += 0.2 * directions[class*dim+i]
			}
		}
	}
	return c
}

// The cluster is an evaluate.Table of which every fifth row is held out.
func (c *cluster) Len() int                { return c.rows }
func (c *cluster) Classes() []string       { return c.classes }
func (c *cluster) Excluded(int) bool       { return false }
func (c *cluster) Validation(row int) bool { return row%5 == 0 }
func (c *cluster) Value(row, class int) labels.Tri {
	if c.present[row*len(c.classes)+class] {
		return labels.Present
	}
	return labels.Absent
}

// measureTrain fits the classifier with its defaults to 2,000 images for training and 500 held out.
func measureTrain(t *trial) {
	c := newCluster(2500, 1280, 10)
	var ds []time.Duration
	for range 5 {
		begun := time.Now()
		m, err := classify.Train(t.ctx, classify.Data{
			Classes: c.classes, Dim: c.dim, Table: c, Features: func(row int) []float32 { return c.x[row*c.dim : (row+1)*c.dim] },
		}, classify.Options{}, nil)
		ds = append(ds, time.Since(begun))
		t.must(err)
		if v := m.Info().Report.Validation; v.Rows != 500 || v.Accuracy.Value < 0.9 {
			t.Fatalf("the head reaches an accuracy of %.3f on %d images; want 0.9 or more on 500, or the time says nothing", v.Accuracy.Value, v.Rows)
		}
	}
	t.report(times("train/classifier", "classifier, 2,000 x 1,280, 10 classes", 3*time.Second, ds,
		"classify.Train with its defaults, 500 more images held out"))
}
