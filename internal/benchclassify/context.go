package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"regexp"
	"slices"

	"github.com/gopatchwork/patchwork/patchwork"
	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/explore"
)

// question is something to ask of the images of a project.
type question struct {
	name  string
	about *table
}

// surrounded is the images of a project as they are and in the context of their neighbours.
type surrounded struct {
	own, drawn [][]float32
	centred    [][]float64 // own less their mean, of length one
	rest       [][]float64 // centred less the mean of those of the images that each is joined with
	bright     []float64   // sum of the numbers of the image
}

// contexts says what the context of neighbours, and the choice of it, bring on questions which neighbours can answer and on others
// which they cannot.
func contexts(ctx context.Context, dir string, seeds int, only *regexp.Regexp) error {
	p, err := patchwork.Open(dir)
	if err != nil {
		return err
	}
	defer p.Close()
	full, s, err := surround(ctx, p)
	if err != nil {
		return err
	}
	fmt.Printf("%d images, %d choices of labelled images; mean of average precision without context; of the gain by context neighbours and by auto with half of the 95 %% interval,\n"+
		"and how often auto took neighbours; the same gains in log loss, where less is better\n", len(s.own), seeds)
	for _, q := range s.questions(full) {
		for _, n := range []int{10, 20, 30, 50, 100, 200, 400} {
			if !only.MatchString(fmt.Sprintf("%s: %d", q.name, n)) || 2*n > len(s.own) {
				continue
			}
			if err := s.compare(ctx, q, n, seeds); err != nil {
				return err
			}
		}
	}
	return nil
}

// compare prints the line of a question with so many labels.
func (s *surrounded) compare(ctx context.Context, q question, n, seeds int) error {
	var figures [6][]float64 // precision without, and gains; gains in log loss; whether auto took neighbours
	for seed := range seeds {
		t := &table{classes: q.about.classes, truth: q.about.truth, shown: map[int]bool{}}
		for _, row := range rand.New(rand.NewPCG(uint64(seed), 1)).Perm(t.Len())[:n] {
			t.shown[row] = true
		}
		train := func(x [][]float32, o classify.Options) (figures [5]float64, took classify.Context, err error) {
			o.Seed = uint64(seed)
			d := classify.Data{Classes: t.classes, Features: func(i int) []float32 { return x[i] }, Dim: len(x[0]), Table: t}
			d.Around = func(context.Context) (func(int) []float32, string, error) {
				return func(i int) []float32 { return s.drawn[i] }, "", nil
			}
			m, err := classify.Train(ctx, d, o, nil)
			if err != nil {
				return figures, "", err
			}
			if took = m.Info().Options.Context; took == classify.NeighbourContext {
				x = s.drawn
			}
			figures, err = judge(ctx, m, q.about, t, x)
			return figures, took, err
		}
		none, _, err := train(s.own, classify.Options{Context: classify.NoContext})
		if err != nil {
			return err
		}
		with, _, err := train(s.drawn, classify.Options{Context: classify.NeighbourContext})
		if err != nil {
			return err
		}
		auto, took, err := train(s.own, classify.Options{})
		if err != nil {
			return err
		}
		share := 0.0
		if took == classify.NeighbourContext {
			share = 1
		}
		for i, v := range []float64{none[0], with[0] - none[0], auto[0] - none[0], share, with[2] - none[2], auto[2] - none[2]} {
			figures[i] = append(figures[i], v)
		}
	}
	line := fmt.Sprintf("| %-24s | %3d", q.name, n)
	for i, values := range figures {
		switch mean, half := interval(values); i {
		case 0:
			line += fmt.Sprintf(" | %.3f", mean)
		case 3:
			line += fmt.Sprintf(" | %.2f", mean)
		default:
			line += fmt.Sprintf(" | %+.4f ± %.4f", mean, half)
		}
	}
	fmt.Println(line + " |")
	return nil
}

// surround reads the images of a project, with their labels, and makes their context.
func surround(ctx context.Context, p *patchwork.Project) (full *table, s *surrounded, err error) {
	store, err := p.Features()
	if err != nil {
		return nil, nil, err
	}
	defer store.Close()
	all, err := p.Labels()
	if err != nil {
		return nil, nil, err
	}
	full, s = &table{classes: all.Classes()}, &surrounded{}
	var rows []int
	for row := range all.Len() {
		if !store.Has(row) {
			continue
		}
		values, err := truthOf(all, row)
		if err != nil {
			return nil, nil, err
		}
		full.truth, s.own, rows = append(full.truth, values), append(s.own, slices.Clone(store.Row(row))), append(rows, row)
	}
	if len(s.own) == 0 {
		return nil, nil, errors.New("no image with features; embed first")
	}
	if err := s.draw(ctx); err != nil {
		return nil, nil, err
	}
	pictures, err := p.ReadPictures(ctx, 32, rows...)
	for _, picture := range pictures {
		sum := 0.0
		for _, v := range picture.Image.Pix {
			sum += float64(v)
		}
		s.bright = append(s.bright, sum)
	}
	return full, s, err
}

// draw makes the context.
func (s *surrounded) draw(ctx context.Context) error {
	n, dim := len(s.own), len(s.own[0])
	v, err := explore.NewVectors(ctx, n, func(row int) []float32 { return s.own[row] })
	if err != nil {
		return err
	}
	g, err := v.Graph(ctx, explore.GraphOptions{K: explore.ContextNeighbours(n)})
	if err != nil {
		return err
	}
	c, err := v.NewContext(ctx, g)
	if err != nil {
		return err
	}
	once := make([][]float32, n)
	for row := range n {
		once[row] = make([]float32, dim)
		c.Once(once[row], row)
	}
	mean := make([]float64, dim)
	for row := range n {
		s.drawn = append(s.drawn, make([]float32, dim))
		c.Twice(s.drawn[row], row, func(row int) []float32 { return once[row] })
		for k, x := range s.own[row] {
			mean[k] += float64(x) / float64(n)
		}
	}
	for row := range n {
		z, sum := make([]float64, dim), 0.0
		for k, x := range s.own[row] {
			z[k] = float64(x) - mean[k]
			sum += z[k] * z[k]
		}
		for k := range z {
			z[k] /= math.Sqrt(sum)
		}
		s.centred = append(s.centred, z)
	}
	for row := range n {
		rest, joined := slices.Clone(s.centred[row]), c.Joined(row)
		for _, j := range joined {
			for k, x := range s.centred[j] {
				rest[k] -= x / float64(len(joined))
			}
		}
		s.rest = append(s.rest, rest)
	}
	return nil
}
