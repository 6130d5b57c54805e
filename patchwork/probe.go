package patchwork

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gopatchwork/patchwork/patchwork/evaluate/represent"
	"github.com/gopatchwork/patchwork/patchwork/features"
)

// ProbeOptions says how features are measured. The zero value is a good default.
type ProbeOptions struct {
	Third bool   // test on every third row, as the original does; else on a third of each class, drawn by Seed
	Seed  uint64 // added to the project's seed
}

// ProbeReport says how good the features in use are, whatever classifier reads them.
type ProbeReport struct {
	Features   string                 `json:"features"`   // their id
	Images     int                    `json:"images"`     // looked at: at most 2,000, evenly from all
	Rank       float64                `json:"rank"`       // effective rank, at most the numbers of an image
	Uniformity float64                `json:"uniformity"` // lower is better
	Linear     *represent.ProbeResult `json:"linear,omitempty"`
	Neighbours *float64               `json:"neighbours,omitempty"` // accuracy of the 5 nearest, each image left out once
	Notes      []string               `json:"notes,omitempty"`
}

// String is a line for each figure.
func (r ProbeReport) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s on %d images\neffective rank %.1f, uniformity %.2f", r.Features, r.Images, r.Rank, r.Uniformity)
	if r.Linear != nil {
		fmt.Fprintf(&b, "\nlinear probe %v", *r.Linear)
	}
	if r.Neighbours != nil {
		fmt.Fprintf(&b, "\n5 nearest neighbours %.3f", *r.Neighbours)
	}
	for _, n := range r.Notes {
		fmt.Fprintf(&b, "\nnote: %s", n)
	}
	return b.String()
}

// Probe measures the features in use by themselves: how much of their space they use, how evenly they lie, and, by the labelled images that have one class each, how well a
// plain linear classifier and the nearest neighbours tell the classes; see package represent. Excluded images take no part. To compare extractors, Embed with each and Probe.
//
// Errors: ErrNoFeatures; fewer than two images have features.
func (p *Project) Probe(ctx context.Context, o ProbeOptions) (ProbeReport, error) {
	t, err := p.LabelsUnder("")
	if err != nil {
		return ProbeReport{}, err
	}
	store, err := p.Features()
	if err != nil {
		return ProbeReport{}, err
	}
	defer store.Close()
	index := p.Images()
	row := featureRow(store, index)
	var rows []int
	for r := range index.Len() {
		if !t.Excluded(r) && row(r) != nil {
			rows = append(rows, r)
		}
	}
	every := max(1, (len(rows)+lookedAt-1)/lookedAt)
	var x [][]float32
	var kinds, used []int
	known, alone := map[int]bool{}, 0
	for i := 0; i < len(rows); i += every {
		kind, present := -1, 0
		for c := range t.Classes() {
			if t.Value(rows[i], c) == 1 {
				kind = c
				present++
			}
		}
		if present != 1 {
			kind = -1
		} else {
			known[kind] = true
			alone++
		}
		x, kinds, used = append(x, slices.Clone(row(rows[i]))), append(kinds, kind), append(used, rows[i])
	}
	r := ProbeReport{Features: store.Spec().ID, Images: len(x)}
	var err1, err2 error
	r.Rank, err1 = represent.RankMe(x)
	r.Uniformity, err2 = represent.Uniformity(x)
	if err := errors.Join(err1, err2); err != nil {
		return r, fmt.Errorf("patchwork: %w", err)
	}
	if len(known) < 2 || alone < probeLeast {
		r.Notes = append(r.Notes, fmt.Sprintf("%d images, of %d classes, show one class alone; to say how well classes are told apart it takes %d, of two", alone, len(known), probeLeast))
		return r, nil
	}
	test := represent.ThirdIsTest(len(x))
	if !o.Third {
		if test, err = represent.Stratified(kinds, 1./3, p.Settings().Seed+o.Seed); err != nil {
			return r, err
		}
	}
	if linear, err := represent.Probe(x, kinds, test); err != nil {
		r.Notes = append(r.Notes, err.Error())
	} else {
		r.Linear = &linear
	}
	at := map[int]int{}
	var labelled []int
	for i, kind := range kinds {
		if at[used[i]] = i; kind >= 0 {
			labelled = append(labelled, used[i])
		}
	}
	answer := func(row, class int) int8 {
		if kinds[at[row]] == class {
			return 1
		}
		return 0
	}
	if nearest, err := features.LeaveOneOutKNN(ctx, func(row int) []float32 { return x[at[row]] }, labelled, answer, len(t.Classes()), 5); ctx.Err() != nil {
		return r, ctx.Err()
	} else if err != nil {
		r.Notes = append(r.Notes, err.Error())
	} else {
		r.Neighbours = &nearest.Accuracy
	}
	return r, nil
}

// Probe shows how good the features in use are.
func (n *Notebook) Probe(options ...ProbeOptions) ProbeReport {
	var o ProbeOptions
	if len(options) > 0 {
		o = options[0]
	}
	ctx, stop := interruptible()
	defer stop()
	r, err := n.Project.Probe(ctx, o)
	check(err)
	fmt.Println(r)
	return r
}
