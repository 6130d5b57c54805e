package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path"
	"path/filepath"
	"slices"

	"gonum.org/v1/gonum/stat"

	"github.com/gopatchwork/patchwork/patchwork"
	"github.com/gopatchwork/patchwork/patchwork/backbone"
	"github.com/gopatchwork/patchwork/patchwork/evaluate/represent"
	"github.com/gopatchwork/patchwork/patchwork/imageset"
)

// score says what features are worth.
type score struct {
	Probe   represent.ProbeResult `json:"linear_probe"`
	Nearest float64               `json:"nearest"`
	Rank    float64               `json:"effective_rank"`
}

func (s score) String() string {
	a := s.Probe.Accuracy
	return fmt.Sprintf("%.3f (%.3f to %.3f) | %.3f | %.0f", a.Value, a.Low, a.High, s.Nearest, s.Rank)
}

// judge measures features of a folder's images, of which a third of each class is for testing.
type judge struct {
	project *patchwork.Project
	rows    []int
	kinds   []int
	test    []bool
	found   []named // the floors
}

type named struct {
	name  string
	score score
}

func newJudge(ctx context.Context, images, dir string) (*judge, error) {
	p, _, err := patchwork.Init(ctx, dir, patchwork.InitOptions{Images: []string{images}}, nil)
	if err != nil {
		return nil, err
	}
	j := &judge{project: p}
	folders := map[string]int{}
	index := p.Images()
	for row := range index.Len() {
		if !index.Usable(row) {
			continue
		}
		folder := path.Base(path.Dir(index.At(row).ID))
		if _, ok := folders[folder]; !ok {
			folders[folder] = len(folders)
		}
		j.rows, j.kinds = append(j.rows, row), append(j.kinds, folders[folder])
	}
	j.test, err = represent.Stratified(j.kinds, 1./3, 0) // as patchwork.Pretrain with seed 0, so that no method has seen these labels
	return j, err
}

// floors measures what needs no training.
func (j *judge) floors(ctx context.Context, out string) error {
	pixels, err := j.read(16)
	if err != nil {
		return err
	}
	whole, err := j.read(side)
	if err != nil {
		return err
	}
	for i, x := range whole {
		whole[i] = statistics(x)
	}
	for name, x := range map[string][][]float32{"16 × 16 pixels": pixels, "statistics of the colours": whole} {
		s, err := j.judge(x)
		if err != nil {
			return err
		}
		j.found = append(j.found, named{name, s})
	}
	for _, name := range []string{backbone.Default, "vit-tiny"} {
		dir := filepath.Join(out, "first-"+name)
		if err := os.RemoveAll(dir); err != nil {
			return err
		}
		if err := firstWeights(dir, name); err != nil {
			return err
		}
		s, err := j.network(ctx, dir)
		if err != nil {
			return err
		}
		j.found = append(j.found, named{"first weights of `" + name + "`", s})
	}
	s, err := j.network(ctx, "default")
	j.found = append(j.found, named{"the built-in extractor", s})
	slices.SortStableFunc(j.found, func(a, b named) int { return cmp.Compare(a.score.Probe.Accuracy.Value, b.score.Probe.Accuracy.Value) })
	return err
}

// read is the pixels of all images, brought to squares.
func (j *judge) read(side int) ([][]float32, error) {
	var all [][]float32
	for _, row := range j.rows {
		x := make([]float32, side*side*3)
		if err := j.project.Reader().ReadInto(x, row, imageset.Resize{Size: imageset.Size{W: side, H: side}, Mode: imageset.Crop}); err != nil {
			return nil, err
		}
		all = append(all, x)
	}
	return all, nil
}

// statistics are mean, deviation, skewness, and the 5, 25, 50, 75 and 95 % quantiles of each colour, and the correlation of each two.
func statistics(x []float32) (all []float32) {
	var colours [3][]float64
	for i, v := range x {
		colours[i%3] = append(colours[i%3], float64(v))
	}
	for c := range 3 {
		r := stat.Correlation(colours[c], colours[(c+1)%3], nil)
		if math.IsNaN(r) { // a colour that is the same all over
			r = 0
		}
		all = append(all, float32(r))
	}
	for _, c := range colours {
		mean, deviation := stat.MeanStdDev(c, nil)
		skew := stat.Skew(c, nil)
		if math.IsNaN(skew) {
			skew = 0
		}
		all = append(all, float32(mean), float32(deviation), float32(skew))
		slices.Sort(c)
		for _, q := range []float64{0.05, 0.25, 0.5, 0.75, 0.95} {
			all = append(all, float32(stat.Quantile(q, stat.Empirical, c, nil)))
		}
	}
	return all
}

// network measures the features of an extractor.
func (j *judge) network(ctx context.Context, extractor string) (score, error) {
	if _, err := j.project.Embed(ctx, patchwork.EmbedOptions{Extractor: extractor}, nil); err != nil {
		return score{}, err
	}
	store, err := j.project.Features()
	if err != nil {
		return score{}, err
	}
	defer store.Close()
	var x [][]float32
	for _, row := range j.rows {
		if !store.Has(row) {
			return score{}, fmt.Errorf("%s has no features", j.project.Images().At(row).ID)
		}
		x = append(x, slices.Clone(store.Row(row)))
	}
	return j.judge(x)
}

func (j *judge) judge(x [][]float32) (s score, err error) {
	var err1, err2 error
	s.Probe, err1 = represent.Probe(x, j.kinds, j.test)
	s.Rank, err2 = represent.RankMe(x)
	s.Nearest = j.nearest(x, 5)
	return s, errors.Join(err1, err2)
}

// nearest is the accuracy of the vote of the k nearest by cosine among those that are not for testing.
func (j *judge) nearest(x [][]float32, k int) float64 {
	unit := make([][]float64, len(x))
	for i, row := range x {
		var sum float64
		for _, v := range row {
			sum += float64(v) * float64(v)
		}
		for _, v := range row {
			unit[i] = append(unit[i], float64(v)/math.Sqrt(max(sum, 1e-30)))
		}
	}
	right, all := 0, 0
	for i, test := range j.test {
		if !test {
			continue
		}
		type other struct {
			cosine float64
			kind   int
		}
		var others []other
		for o, test := range j.test {
			if test {
				continue
			}
			var dot float64
			for c, v := range unit[i] {
				dot += v * unit[o][c]
			}
			others = append(others, other{dot, j.kinds[o]})
		}
		slices.SortStableFunc(others, func(a, b other) int { return cmp.Compare(b.cosine, a.cosine) })
		votes, best := map[int]int{}, others[0].kind
		for _, o := range others[:min(k, len(others))] {
			if votes[o.kind]++; votes[o.kind] > votes[best] {
				best = o.kind
			}
		}
		if all++; best == j.kinds[i] {
			right++
		}
	}
	return float64(right) / float64(all)
}
