package patchwork

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/gopatchwork/patchwork/patchwork/evaluate/represent"
	"github.com/gopatchwork/patchwork/patchwork/features"
	"github.com/gopatchwork/patchwork/widgets"
)

// studiedAt is the most images of one class each that curves are made with.
const studiedAt = 5000

// FeatureCurveOptions says what to try. The zero value is a good default.
type FeatureCurveOptions struct {
	represent.SizeOptions      // Seed is added to the project's
	All                   bool // of all features that the project keeps, not only of those in use
}

// FeatureCurve is how well a plain linear classifier tells classes from features after learning from few images of each.
type FeatureCurve struct {
	Features string                `json:"features"` // their id
	Kinds    int                   `json:"kinds"`    // classes
	Test     int                   `json:"test"`     // images that it is tested on, never learned from
	Points   []represent.SizePoint `json:"points"`
}

// FeatureCurves are of the same images, the same of which are for testing.
type FeatureCurves []FeatureCurve

// FeatureCurves makes the curve of the features in use, or of all that the project keeps; see represent.SampleSizes. Images are those that have one class each, 5,000 at
// most, evenly from all; a third of each class, drawn by the seed, is for testing. Of equal files one takes part. With All, images that lack some of the features take none.
//
// Errors: ErrNoFeatures; fewer than 30 images of one class each, or one class; ctx's.
func (p *Project) FeatureCurves(ctx context.Context, o FeatureCurveOptions, progress Progress) (FeatureCurves, error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	t, err := p.LabelsUnder("")
	if err != nil {
		return nil, err
	}
	stores, err := p.stores(o.All)
	defer func() {
		for _, s := range stores {
			s.Close()
		}
	}()
	if err != nil {
		return nil, err
	}
	index := p.Images()
	rows := once(index, func(r int) bool {
		return !t.Excluded(r) && onlyClass(t, r) >= 0 && !slices.ContainsFunc(stores, func(s *features.Store) bool { return !current(s, index, r) })
	})
	kinds := make([]int, len(rows))
	for i, r := range rows {
		kinds[i] = onlyClass(t, r)
	}
	o.Seed += p.Settings().Seed
	var curves FeatureCurves
	for i, s := range stores {
		if progress != nil {
			progress("learning from few images", i, len(stores))
		}
		c, err := featureCurve(ctx, s, rows, kinds, o.SizeOptions)
		if err != nil {
			return nil, err
		}
		curves = append(curves, c)
	}
	return curves, nil
}

// stores opens the features in use, and with all the others that the project keeps of images as it reads them now. The caller closes what it gets.
func (p *Project) stores(all bool) (list []*features.Store, err error) {
	used, err := p.Features()
	if err != nil {
		return nil, err
	}
	list = append(list, used)
	if !all {
		return list, nil
	}
	files, err := filepath.Glob(p.path("features", "*.npy"))
	if err != nil {
		return list, fmt.Errorf("patchwork: %w", err)
	}
	for _, file := range files {
		id := strings.TrimSuffix(filepath.Base(file), ".npy")
		if id == used.Spec().ID {
			continue
		}
		s, err := features.Open(p.path("features"), id)
		if err != nil {
			return list, err
		}
		if in := p.Settings().Input; s.Spec().IsMaps() || s.Spec().Width > 0 && s.Spec().Input != features.InputKey(in.read(), in.resize()) {
			s.Close()
			continue
		}
		list = append(list, s)
	}
	return list, nil
}

// FeatureCurvesOf makes the curves of several networks on images without a project, which Probe explains.
//
// Errors: no image; no network, or one that cannot be used; fewer than 30 images, or one folder; ctx's.
func FeatureCurvesOf(ctx context.Context, networks, images []string, o represent.SizeOptions, progress Progress) (FeatureCurves, error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	reader, err := readerOf(ctx, images, progress)
	if err != nil {
		return nil, err
	}
	var curves FeatureCurves
	for _, network := range networks {
		err := throughNetwork(ctx, network, reader, studiedAt, progress, func(store *features.Store, rows, kinds []int, _ eyes) error {
			c, err := featureCurve(ctx, store, rows, kinds, o)
			curves = append(curves, c)
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", network, err)
		}
	}
	return curves, nil
}

// featureCurve is that of rows of a store, whose classes are kinds.
func featureCurve(ctx context.Context, store *features.Store, rows, kinds []int, o represent.SizeOptions) (c FeatureCurve, err error) {
	at, err := sightOf(kinds, studiedAt, o.Seed)
	if err != nil {
		return c, err
	}
	if at.test == nil {
		return c, fmt.Errorf("patchwork: %d images show one class alone; it takes %d, of two classes or more, to learn from some and be tested on others: label more", len(at.kinds), probeLeast)
	}
	var x [][]float32
	for _, place := range at.known {
		x = append(x, slices.Clone(store.Row(rows[at.at[place]])))
	}
	c.Features = store.Spec().ID
	c.Points, err = represent.SampleSizes(ctx, x, at.kinds, at.test, o)
	classes := map[int]bool{}
	for i, kind := range at.kinds {
		if classes[kind] = true; at.test[i] {
			c.Test++
		}
	}
	c.Kinds = len(classes)
	return c, err
}

// String is a table: a line for each number of labels of each of the features.
func (f FeatureCurves) String() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "features\tlabels a class\timages\taccuracy")
	for _, c := range f {
		for _, p := range c.Points {
			fmt.Fprintf(w, "%s\t%d\t%d\t%v\n", c.Features, p.Labels, p.Images, p.Accuracy)
		}
	}
	w.Flush()
	for _, c := range f[:min(len(f), 1)] {
		fmt.Fprintf(&b, "of a linear classifier on %d other images of %d classes, mean of %d draws", c.Test, c.Kinds, len(c.Points[0].Draws))
	}
	return b.String()
}

// Chart draws the curves, and of a few their intervals.
func (f FeatureCurves) Chart() widgets.Chart {
	chart := widgets.Chart{Title: "Features with few labels", XName: "labels a class", YName: "accuracy", LogX: true, Width: 560, Height: 320}
	for _, c := range f {
		s := widgets.Series{Name: c.Features}
		for _, p := range c.Points {
			s.X, s.Y = append(s.X, float64(p.Labels)), append(s.Y, float64(p.Accuracy.Value))
			if len(f) <= inOneChart {
				s.Low, s.High = append(s.Low, float64(p.Accuracy.Low)), append(s.High, float64(p.Accuracy.High))
			}
		}
		chart.Series = append(chart.Series, s)
	}
	return chart
}

// WriteCSV writes a line for each draw: features, labels, images, draw, accuracy.
func (f FeatureCurves) WriteCSV(to io.Writer) error {
	w := csv.NewWriter(to)
	errs := []error{w.Write([]string{"features", "labels", "images", "draw", "accuracy"})}
	for _, c := range f {
		for _, p := range c.Points {
			for draw, v := range p.Draws {
				errs = append(errs, w.Write([]string{c.Features, strconv.Itoa(p.Labels), strconv.Itoa(p.Images), strconv.Itoa(draw), strconv.FormatFloat(v, 'g', 6, 64)}))
			}
		}
	}
	w.Flush()
	return errors.Join(append(errs, w.Error())...)
}
