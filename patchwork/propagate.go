package patchwork

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/gopatchwork/patchwork/internal/atomicfile"
	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/evaluate"
	"github.com/gopatchwork/patchwork/patchwork/explore"
	"github.com/gopatchwork/patchwork/patchwork/labels"
	"github.com/gopatchwork/patchwork/patchwork/propagate"
)

// ErrNotPropagated means that no labels have been spread yet.
var ErrNotPropagated = errors.New("patchwork: no labels have been propagated yet")

// PropagateOptions says how labels spread. The zero value is a good default.
type PropagateOptions struct {
	Neighbours  int     // of each image in the graph; 0 means 10
	Temperature float64 // how much nearer neighbours count more; 0 means 0.2; see propagate.Options
	Trust       float64 // how much a label counts beside all neighbours; 0 means that labels are held; see propagate.Options
}

// PropagateReport says what has been spread.
type PropagateReport struct {
	Images  int               `json:"images"` // usable ones with features
	Copies  int               `json:"copies"` // of them that are copies of others, and share their place
	Classes []PropagatedClass `json:"classes"`
	Seconds float64           `json:"seconds"`
}

// PropagatedClass is what became of the labels of one class.
type PropagatedClass struct {
	Class     string            `json:"class"`
	Present   int               `json:"present"` // labels that were spread
	Absent    int               `json:"absent"`
	Reached   int               `json:"reached"`   // images with a score
	Unreached int               `json:"unreached"` // images with features and without a score
	AUC       evaluate.Interval `json:"auc"`       // on the images that are held out; NaN where these are not of both kinds
}

// Propagate spreads the labels over all images with features, along a graph of nearest neighbours, and keeps the scores in
// the folder propagated/ of the project. Labels of images that are held out or excluded are not spread, so that the former
// measure the scores. Nothing is written as a label. Propagated reads the scores; Suggest takes them by strategies that begin
// with "propagated ", such as "propagated entropy"; TrainOptions.Pseudo learns from the sure ones.
//
// Errors: ErrNoFeatures; an option out of range; no class; no label to spread; propagated/ cannot be written.
func (p *Project) Propagate(ctx context.Context, o PropagateOptions, progress Progress) (PropagateReport, error) {
	begun := time.Now()
	var report PropagateReport
	if err := checkWritable(p.dir); err != nil {
		return report, err
	}
	t, version, err := p.labelsUnder("")
	if err != nil {
		return report, err
	}
	classes := t.Classes()
	if len(classes) == 0 {
		return report, fmt.Errorf("patchwork: the project has no classes; add some, as with `patchwork init %s --classes water,road`", typed(p.dir))
	}
	var scores *propagate.Scores
	var kept keptPropagation
	var of []string
	err = p.lookOnce(ctx, func(l *looks) error {
		if !anyLabel(t, l) {
			return fmt.Errorf("patchwork: there is no label to propagate: no image with features is labelled and neither excluded nor held out; label a few images")
		}
		g, same, err := l.graph(ctx, o.Neighbours, progress.step("finding neighbours"))
		if err != nil {
			return err
		}
		scores, err = propagate.Spread(ctx, g, len(classes), spreads(t, l), propagate.Options{
			Temperature: o.Temperature, Trust: o.Trust, Same: same, Progress: progress.step("propagating classes"),
		})
		if err != nil {
			return fmt.Errorf("patchwork: %w", err)
		}
		report = propagatedReport(t, l, scores, same)
		kept = keptPropagation{classes, time.Now().UTC().Truncate(time.Second), l.store.Spec().ID, version}
		of = scoredImages(l.index, l.store)
		return nil
	})
	if err != nil {
		return report, err
	}
	report.Seconds = time.Since(begun).Seconds()
	return report, p.keepPropagated(kept, scores, of)
}

// spreads is the labels that are spread: 1, 0 or NaN.
func spreads(t *labels.Table, l *looks) func(row, class int) float64 {
	return func(row, class int) float64 {
		if v := t.Value(row, class); v != labels.Unknown && !t.Excluded(row) && !t.Validation(row) && l.vectors.Has(row) {
			return float64(v)
		}
		return math.NaN()
	}
}

func anyLabel(t *labels.Table, l *looks) bool {
	value := spreads(t, l)
	for row := range t.Len() {
		for class := range t.Classes() {
			if v := value(row, class); v == v {
				return true
			}
		}
	}
	return false
}

// graph is the nearest neighbours of all images that are not copies of others, and of what each is a copy.
func (l *looks) graph(ctx context.Context, k int, progress func(done, total int)) (*explore.Graph, []int32, error) {
	return l.graphOf(ctx, k, func(int) bool { return true }, progress)
}

// graphOf is the graph of the images that wanted lets through; of copies of the first, if one of them is wanted.
func (l *looks) graphOf(ctx context.Context, k int, wanted func(row int) bool, progress func(done, total int)) (*explore.Graph, []int32, error) {
	same, err := l.vectors.Copies(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("patchwork: %w", err)
	}
	among := []int{}
	for row, first := range same {
		if wanted(row) {
			among = append(among, int(first))
		}
	}
	g, err := l.neighbours(ctx, explore.GraphOptions{K: k, Among: among, Progress: progress})
	if err != nil {
		return nil, nil, fmt.Errorf("patchwork: %w", err)
	}
	return g, same, nil
}

func propagatedReport(t *labels.Table, l *looks, s *propagate.Scores, same []int32) (r PropagateReport) {
	value := spreads(t, l)
	for row, first := range same {
		if l.vectors.Has(row) {
			r.Images++
		}
		if int(first) != row {
			r.Copies++
		}
	}
	for class, name := range t.Classes() {
		c := PropagatedClass{Class: name, Reached: s.Reached[class], Unreached: r.Images - s.Reached[class]}
		var held []float32
		var truth []labels.Tri
		for row := range t.Len() {
			switch value(row, class) {
			case 1:
				c.Present++
			case 0:
				c.Absent++
			}
			if score := s.Of(row)[class]; t.Validation(row) && !t.Excluded(row) && score == score {
				held, truth = append(held, score), append(truth, t.Value(row, class))
			}
		}
		nan := evaluate.Number(math.NaN())
		c.AUC = evaluate.Interval{Value: nan, Low: nan, High: nan}
		if auc, err := evaluate.AUC(held, truth); err == nil {
			c.AUC = auc
		}
		r.Classes = append(r.Classes, c)
	}
	return r
}

// keptPropagation is propagated/propagated.yaml.
type keptPropagation struct {
	Classes  []string  `yaml:"classes"`
	Time     time.Time `yaml:"time"`
	Features string    `yaml:"features"` // along which labels were spread; "" from older programs
	Journal  int64     `yaml:"journal_version"`
}

// keepPropagated writes the scores in the form of a model's, and of which images they are.
func (p *Project) keepPropagated(kept keptPropagation, s *propagate.Scores, of []string) error {
	if err := os.MkdirAll(p.path("propagated"), 0o755); err != nil {
		return fmt.Errorf("patchwork: cannot keep the scores: %w", err)
	}
	width := len(kept.Classes)
	err := errors.Join(classify.WriteScores(p.path("propagated", classify.ScoresFile), s.Values, len(s.Values)/width, width),
		classify.WriteImages(p.path("propagated"), of))
	if err != nil {
		return err
	}
	text, err := yaml.Marshal(kept)
	if err != nil {
		return fmt.Errorf("patchwork: %w", err)
	}
	return atomicfile.Write(p.path("propagated", "propagated.yaml"), text, 0o644, atomicfile.Durable)
}

// Propagated reads the scores that the last Propagate kept: NaN for an image that no label of the class reaches, and for one that
// came or changed since.
//
// Errors: ErrNotPropagated before the first; other features are in use than labels were spread along; files that do not belong
// together.
func (p *Project) Propagated() (*Scores, error) {
	text, err := os.ReadFile(p.path("propagated", "propagated.yaml"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: run p.Propagate() in a cell or `patchwork propagate %s`", ErrNotPropagated, typed(p.dir))
	}
	var kept keptPropagation
	if err == nil {
		err = yaml.Unmarshal(text, &kept)
	}
	file := p.path("propagated", classify.ScoresFile)
	if err != nil {
		return nil, fmt.Errorf("patchwork: cannot read %s: %w; propagate again to write it anew", filepath.Dir(file), err)
	}
	values, rows, columns, err := classify.ReadScores(file)
	if err != nil {
		return nil, fmt.Errorf("patchwork: %w; propagate again to write it anew", err)
	}
	if columns != len(kept.Classes) {
		return nil, fmt.Errorf("patchwork: %s has %d columns and %d classes were propagated; propagate again to write it anew", file, columns, len(kept.Classes))
	}
	settings, err := readSettings(p.dir) // Embed may have run in another process
	if err != nil {
		return nil, err
	}
	if kept.Features != "" && kept.Features != settings.Features {
		return nil, fmt.Errorf("patchwork: labels were propagated along the features %s and the current ones are %s; run p.Propagate() in a cell or "+
			"`patchwork propagate %s` again", kept.Features, settings.Features, typed(p.dir))
	}
	of, err := classify.ReadImages(p.path("propagated"))
	if err != nil || of != nil && len(of) != rows {
		return nil, errors.Join(fmt.Errorf("patchwork: %s has %d rows and names %d images; propagate again to write it anew", file, rows, len(of)), err)
	}
	for _, row := range outdated(p.Images(), rows, of) {
		if row < rows {
			copy(values[row*columns:], slices.Repeat([]float32{float32(math.NaN())}, columns))
		}
	}
	return &Scores{Classes: kept.Classes, Trained: kept.Time, Rows: rows, p: values}, nil
}

// String is a table of the classes.
func (r PropagateReport) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "labels propagated over %d images", r.Images)
	if r.Copies > 0 {
		fmt.Fprintf(&b, ", %d of them copies of others", r.Copies)
	}
	fmt.Fprintf(&b, ", in %.1f s\n", r.Seconds)
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "  class\tpresent\tabsent\treached\tunreached\tAUC, held out")
	for _, c := range r.Classes {
		fmt.Fprintf(w, "  %s\t%d\t%d\t%d\t%d\t%v\n", c.Class, c.Present, c.Absent, c.Reached, c.Unreached, c.AUC)
	}
	w.Flush()
	return strings.TrimRight(b.String(), "\n")
}
